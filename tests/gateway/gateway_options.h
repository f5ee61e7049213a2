// What a mock gateway is told at its start.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/net/host_port.h"
#include "common/plan/run_plan.h"
#include "common/time/clock.h"
#include "tests/gateway/audience.h"
#include "tests/gateway/faults.h"
#include "tests/gateway/handshake_gate.h"
#include "tests/gateway/service_queue.h"

namespace wsload::gateway {

/// What becomes of a message whose key came before.
enum class Dedup {
  kOff,   ///< it is like any other
  kDrop,  ///< no answer
  kAck,   ///< an acknowledgement of its own, at once; it is not worked on again
};

/// How the gateway goes down for a restart.
enum class RestartHow {
  kAbrupt,   ///< RST on every connection, as a host that dies and comes back
  kOrderly,  ///< close 1012
};

}  // namespace wsload::gateway

namespace wsload {

template <>
inline constexpr std::array kChoices<gateway::RestartHow> = {Choice{gateway::RestartHow::kAbrupt, "abrupt"},
                                                             Choice{gateway::RestartHow::kOrderly, "orderly"}};

template <>
inline constexpr std::array kChoices<gateway::Dedup> = {
    Choice{gateway::Dedup::kOff, "off"}, Choice{gateway::Dedup::kDrop, "drop"}, Choice{gateway::Dedup::kAck, "ack"}};

}  // namespace wsload

namespace wsload::gateway {

/// Refuses handshakes with an HTTP status; 0: none.
struct RejectSpec {
  int status = 0;
  double share = 1;
};

/// A node of the list that REDIRECT carries.
struct RedirectTarget {
  HostPort address;
  int32_t weight = 1;

  friend bool operator==(const RedirectTarget& a, const RedirectTarget& b) {
    return a.address.ToString() == b.address.ToString() && a.weight == b.weight;
  }
};

/// Closes each connection with 1001 after this age or after so many upstream messages; 0: not.
struct CloseAfterSpec {
  int64_t age_ns = 0;
  int64_t messages = 0;
};

struct GatewayOptions {
  HostPort listen{"127.0.0.1", 0};  ///< port 0: any free one
  int32_t threads = 1;

  std::string path = "/ws";
  std::string token_param = "token";
  std::string jwt_key = kDemoJwtKey;  ///< secret
  Serializer serializer = Serializer::kJson;
  CipherKind cipher = CipherKind::kAesGcm;
  std::string cipher_key = kDemoCipherKey;   ///< secret
  Compression compress = Compression::kOff;  ///< the permessage-deflate that is agreed to when it is offered
  bool echo = false;                         ///< no tokens, no protocol: every message comes back as it was
  std::string tls_cert_file;                 ///< PEM; both or none
  std::string tls_key_file;

  DelaySpec ack_delay;
  double ack_drop_share = 0;
  bool ack_drop_first = false;  ///< only of messages whose key is new
  int64_t servers = 0;          ///< acknowledgements come out of a queue with so many servers; 0: none
  DelaySpec service_time;
  int64_t queue_length = 1'000'000;  ///< messages that may wait
  QueueFull queue_full = QueueFull::kDrop;
  RejectSpec reject_handshake;
  int64_t handshake_rate_per_s = 0;  ///< 0: no limit
  HandshakeOver handshake_over = HandshakeOver::kWait;
  CloseAfterSpec close_after;
  int64_t stall_every_ns = 0;
  int64_t stall_for_ns = 0;
  int64_t push_per_s = 0;  ///< over all connections
  int64_t push_repeat_ns = 10 * kNsPerSecond;
  int64_t push_repeats = 6;
  ForwardSpec forward;
  int64_t first_user_id = 10'000;  ///< where rooms and pairs begin
  double push_loss = 0;            ///< shares of the forwarded and posted pushes, at most 1 together
  double push_duplicate = 0;
  double push_reorder = 0;
  int64_t push_reorder_hold_ns = 1 * kNsPerSecond;  ///< how long one waits to be overtaken
  int64_t rate_limit_per_s = 0;                     ///< over all connections; 0: no limit
  int64_t rate_limit_burst = 0;                     ///< 0: twice the rate
  int64_t restart_at_ns = 0;                        ///< after the first accepted handshake; 0: not by itself
  int64_t restart_for_ns = 2 * kNsPerSecond;
  RestartHow restart_how = RestartHow::kAbrupt;
  std::vector<RedirectTarget> redirect_to;
  int64_t redirect_after_ns = 0;                 ///< after the first accepted handshake
  int64_t redirect_grace_ns = 1 * kNsPerSecond;  ///< from REDIRECT to the close
  Dedup dedup = Dedup::kDrop;
  int64_t auto_close_idle_ns = 10 * kNsPerSecond;  ///< for links that ask with X-AutoClose: true
  uint64_t seed = 1;
  bool verbose = false;
};

/// OK, or kInvalidArgument with one line that names the flag and the mend.
absl::Status ValidateOptions(const GatewayOptions& options);

}  // namespace wsload::gateway
