// Writes down what a client tells its observer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/client/client_group.h"

namespace wsload {

class ClientLog final : public ClientObserver {
 public:
  std::vector<UpstreamOutcome> outcomes;
  std::vector<int64_t> response_ns, service_ns, round_trip_ns;
  std::vector<std::string> bodies, pushes;
  std::string redirect;  ///< the body of the last one
  std::vector<CloseInfo> closed;
  int late = 0, duplicate = 0, heartbeats_sent = 0, heartbeats_acked = 0, undecodable = 0;
  int unsolicited = 0, broadcasts = 0, repeated = 0;

  void OnUpstreamResult(WebSocketClient&, const UpstreamResult& result) override {
    outcomes.push_back(result.outcome);
    response_ns.push_back(result.ended_ns - result.intended_ns);
    service_ns.push_back(result.ended_ns - result.sent_ns);
    bodies.emplace_back(result.body);
  }
  void OnLateAck(WebSocketClient&) override { ++late; }
  void OnDuplicateAck(WebSocketClient&) override { ++duplicate; }
  void OnHeartbeatSent(WebSocketClient&) override { ++heartbeats_sent; }
  void OnHeartbeatAck(WebSocketClient&, int64_t round_trip) override {
    ++heartbeats_acked;
    round_trip_ns.push_back(round_trip);
  }
  void OnPush(WebSocketClient&, std::string_view plaintext, bool again, int64_t) override {
    pushes.emplace_back(plaintext);
    if (again) ++repeated;
  }
  void OnRedirect(WebSocketClient&, std::string_view body) override { redirect = body; }
  void OnUnsolicited(WebSocketClient&) override { ++unsolicited; }
  void OnBroadcast(WebSocketClient&) override { ++broadcasts; }
  void OnUndecodable(WebSocketClient&) override { ++undecodable; }
  void OnClientClosed(WebSocketClient&, const CloseInfo& info) override { closed.push_back(info); }
};

}  // namespace wsload
