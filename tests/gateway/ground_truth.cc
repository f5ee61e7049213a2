#include "tests/gateway/ground_truth.h"

#include <nlohmann/json.hpp>

namespace wsload::gateway {
namespace {

void CountPeer(std::map<std::string, int64_t>& peers, const std::string& peer, int64_t count) {
  const bool known = peers.contains(peer) || peers.size() < GroundTruth::kMaxPeers;
  peers[known ? peer : "others"] += count;
}

}  // namespace

void GroundTruth::Accepted(const std::string& peer) {
  ++handshakes.accepted;
  CountPeer(handshakes.peers, peer, 1);
}

void GroundTruth::Add(const GroundTruth& other) {
  handshakes.accepted += other.handshakes.accepted;
  handshakes.checks += other.handshakes.checks;
  handshakes.abandoned += other.handshakes.abandoned;
  for (const auto& [status, count] : other.handshakes.rejected) handshakes.rejected[status] += count;

  for (const auto& [peer, count] : other.handshakes.peers) CountPeer(handshakes.peers, peer, count);

  connections.closed_by_client += other.connections.closed_by_client;
  connections.closed_by_server += other.connections.closed_by_server;
  connections.broken += other.connections.broken;
  connections.accept_errors += other.connections.accept_errors;

  messages.upstream += other.messages.upstream;
  messages.acks_sent += other.messages.acks_sent;
  messages.acks_dropped += other.messages.acks_dropped;
  messages.acks_unsent += other.messages.acks_unsent;
  messages.acks_pending += other.messages.acks_pending;
  messages.rate_limited += other.messages.rate_limited;
  messages.duplicates += other.messages.duplicates;
  messages.undecryptable += other.messages.undecryptable;
  messages.undecodable += other.messages.undecodable;
  messages.heartbeats += other.messages.heartbeats;
  messages.pushes_sent += other.messages.pushes_sent;
  messages.push_repeats += other.messages.push_repeats;
  messages.downstream_acks += other.messages.downstream_acks;
  messages.redirects += other.messages.redirects;
  messages.echoed += other.messages.echoed;

  traffic.frames_in += other.traffic.frames_in;
  traffic.frames_out += other.traffic.frames_out;
  traffic.bytes_in += other.traffic.bytes_in;
  traffic.bytes_out += other.traffic.bytes_out;
}

std::string GroundTruth::ToJson() const {
  using Json = nlohmann::ordered_json;
  Json rejected = Json::object();
  for (const auto& [status, count] : handshakes.rejected) rejected[std::to_string(status)] = count;
  const Json json = {
      {"handshakes",
       {{"accepted", handshakes.accepted},
        {"rejected", rejected},
        {"checks", handshakes.checks},
        {"abandoned", handshakes.abandoned},
        {"peers", handshakes.peers}}},
      {"connections",
       {{"open", connections.open},
        {"peak", connections.peak},
        {"closed_by_client", connections.closed_by_client},
        {"closed_by_server", connections.closed_by_server},
        {"broken", connections.broken},
        {"accept_errors", connections.accept_errors}}},
      {"distinct_user_ids", distinct_user_ids},
      {"duplicate_user_ids", duplicate_user_ids},
      {"messages",
       {{"upstream", messages.upstream},
        {"acks_sent", messages.acks_sent},
        {"acks_dropped", messages.acks_dropped},
        {"acks_unsent", messages.acks_unsent},
        {"acks_pending", messages.acks_pending},
        {"rate_limited", messages.rate_limited},
        {"duplicates", messages.duplicates},
        {"undecryptable", messages.undecryptable},
        {"undecodable", messages.undecodable},
        {"heartbeats", messages.heartbeats},
        {"pushes_sent", messages.pushes_sent},
        {"push_repeats", messages.push_repeats},
        {"downstream_acks", messages.downstream_acks},
        {"redirects", messages.redirects},
        {"echoed", messages.echoed}}},
      {"traffic",
       {{"frames_in", traffic.frames_in},
        {"frames_out", traffic.frames_out},
        {"bytes_in", traffic.bytes_in},
        {"bytes_out", traffic.bytes_out}}},
      {"per_client",
       {{"clients", per_client.clients},
        {"min_upstream", per_client.min_upstream},
        {"max_upstream", per_client.max_upstream}}},
  };
  return json.dump();
}

}  // namespace wsload::gateway
