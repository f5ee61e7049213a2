#include "tests/gateway/ground_truth.h"

#include <nlohmann/json.hpp>

namespace wsload::gateway {
namespace {

void CountPeer(std::map<std::string, int64_t>& peers, const std::string& peer, int64_t count) {
  const bool known = peers.contains(peer) || peers.size() < GroundTruth::kMaxPeers;
  peers[known ? peer : "others"] += count;
}

void AddDelivery(GroundTruth::Delivery& sum, const GroundTruth::Delivery& other) {
  sum.messages += other.messages;
  sum.overflowed += other.overflowed;
  sum.due += other.due;
  sum.sent += other.sent;
  sum.lost += other.lost;
  sum.duplicated += other.duplicated;
  sum.reordered += other.reordered;
  sum.late += other.late;
  sum.held += other.held;
  sum.unsent += other.unsent;
  sum.acks += other.acks;
}

nlohmann::ordered_json DeliveryJson(const GroundTruth::Delivery& delivery) {
  return {{"messages", delivery.messages},
          {"overflowed", delivery.overflowed},
          {"due", delivery.due},
          {"sent", delivery.sent},
          {"lost", delivery.lost},
          {"duplicated", delivery.duplicated},
          {"reordered", delivery.reordered},
          {"late", delivery.late},
          {"held", delivery.held},
          {"unsent", delivery.unsent},
          {"acks", delivery.acks}};
}

nlohmann::ordered_json ByStatus(const std::map<int, int64_t>& counts) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [status, count] : counts) json[std::to_string(status)] = count;
  return json;
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
  handshakes.delayed += other.handshakes.delayed;
  for (const auto& [status, count] : other.handshakes.rejected) handshakes.rejected[status] += count;
  for (const auto& [peer, count] : other.handshakes.peers) CountPeer(handshakes.peers, peer, count);

  connections.closed_by_client += other.connections.closed_by_client;
  connections.closed_by_server += other.connections.closed_by_server;
  connections.broken += other.connections.broken;
  connections.cut += other.connections.cut;
  connections.accept_errors += other.connections.accept_errors;

  messages.upstream += other.messages.upstream;
  messages.acks_sent += other.messages.acks_sent;
  messages.acks_dropped += other.messages.acks_dropped;
  messages.acks_unsent += other.messages.acks_unsent;
  messages.acks_pending += other.messages.acks_pending;
  messages.rate_limited += other.messages.rate_limited;
  messages.queue_dropped += other.messages.queue_dropped;
  messages.duplicates += other.messages.duplicates;
  messages.duplicate_acks_sent += other.messages.duplicate_acks_sent;
  messages.duplicate_acks_dropped += other.messages.duplicate_acks_dropped;
  messages.undecryptable += other.messages.undecryptable;
  messages.undecodable += other.messages.undecodable;
  messages.heartbeats += other.messages.heartbeats;
  messages.pushes_sent += other.messages.pushes_sent;
  messages.push_repeats += other.messages.push_repeats;
  messages.downstream_acks += other.messages.downstream_acks;
  messages.redirects += other.messages.redirects;
  messages.redirects_followed += other.messages.redirects_followed;
  messages.echoed += other.messages.echoed;

  AddDelivery(forwards, other.forwards);
  AddDelivery(posted, other.posted);
  for (const auto& [status, count] : other.push_requests) push_requests[status] += count;

  restarts.count += other.restarts.count;
  restarts.connections += other.restarts.connections;
  restarts.handshakes += other.restarts.handshakes;

  traffic.frames_in += other.traffic.frames_in;
  traffic.frames_out += other.traffic.frames_out;
  traffic.bytes_in += other.traffic.bytes_in;
  traffic.bytes_out += other.traffic.bytes_out;
}

std::string GroundTruth::ToJson() const {
  using Json = nlohmann::ordered_json;
  Json post = DeliveryJson(posted);
  post["requests"] = ByStatus(push_requests);
  const Json json = {
      {"handshakes",
       {{"accepted", handshakes.accepted},
        {"rejected", ByStatus(handshakes.rejected)},
        {"delayed", handshakes.delayed},
        {"checks", handshakes.checks},
        {"abandoned", handshakes.abandoned},
        {"peers", handshakes.peers}}},
      {"connections",
       {{"open", connections.open},
        {"peak", connections.peak},
        {"closed_by_client", connections.closed_by_client},
        {"closed_by_server", connections.closed_by_server},
        {"broken", connections.broken},
        {"cut", connections.cut},
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
        {"queue_dropped", messages.queue_dropped},
        {"duplicates", messages.duplicates},
        {"duplicate_acks_sent", messages.duplicate_acks_sent},
        {"duplicate_acks_dropped", messages.duplicate_acks_dropped},
        {"undecryptable", messages.undecryptable},
        {"undecodable", messages.undecodable},
        {"heartbeats", messages.heartbeats},
        {"pushes_sent", messages.pushes_sent},
        {"push_repeats", messages.push_repeats},
        {"downstream_acks", messages.downstream_acks},
        {"redirects", messages.redirects},
        {"redirects_followed", messages.redirects_followed},
        {"echoed", messages.echoed}}},
      {"forwards", DeliveryJson(forwards)},
      {"posted", post},
      {"restarts",
       {{"count", restarts.count}, {"connections", restarts.connections}, {"handshakes", restarts.handshakes}}},
      {"queue",
       {{"capacity_per_s", queue.capacity_per_s},
        {"admitted", queue.admitted},
        {"refused", queue.refused},
        {"longest", queue.longest},
        {"longest_wait_ns", queue.longest_wait_ns},
        {"service_ns", queue.service_ns}}},
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
