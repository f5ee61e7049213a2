// What a mock gateway is told at its start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/net/host_port.h"
#include "common/plan/run_plan.h"
#include "common/time/clock.h"
#include "tests/gateway/faults.h"

namespace wsload::gateway {

/// Refuses handshakes with an HTTP status; 0: none.
struct RejectSpec {
  int status = 0;
  double share = 1;
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
  RejectSpec reject_handshake;
  CloseAfterSpec close_after;
  int64_t stall_every_ns = 0;
  int64_t stall_for_ns = 0;
  int64_t push_per_s = 0;  ///< over all connections
  int64_t push_repeat_ns = 10 * kNsPerSecond;
  int64_t push_repeats = 6;
  int64_t rate_limit_per_s = 0;  ///< over all connections; 0: no limit
  int64_t rate_limit_burst = 0;  ///< 0: twice the rate
  std::vector<HostPort> redirect_to;
  int64_t redirect_after_ns = 0;                 ///< after the first accepted handshake
  int64_t redirect_grace_ns = 1 * kNsPerSecond;  ///< from REDIRECT to the close
  bool dedup = true;
  int64_t auto_close_idle_ns = 10 * kNsPerSecond;  ///< for links that ask with X-AutoClose: true
  uint64_t seed = 1;
  bool verbose = false;
};

/// OK, or kInvalidArgument with one line that names the flag and the mend.
absl::Status ValidateOptions(const GatewayOptions& options);

}  // namespace wsload::gateway
