#include "agent/load/dial_plan.h"

#include "common/plan/push_memory_bound.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

// RFC 6455 section 7.4.1: no code in the frame.
constexpr uint16_t kNoStatus = 1005;

/// Longer than any server lets two clocks go apart.
constexpr int64_t kExpiredForS = 3600;

}  // namespace

DialOptions DialOptionsOf(const RunPlan& plan, const Progression& clients) {
  return {.url = plan.server.url(),
          .headers = plan.headers,
          .subprotocol = plan.subprotocol,
          .compress = plan.compress,
          .context_window_bits = ContextWindowBits(SizesOf(plan).largest()),
          .ca_pem = plan.ca_pem,
          .insecure_skip_verify = plan.insecure_skip_verify,
          .timeout_ns = plan.conn_timeout_ns,
          // A message that has timed out there is worth nothing to anybody.
          .queue_timeout_ns = plan.resp_timeout_ns,
          .clients = clients,
          .sources = plan.local_addrs};
}

PostOptions PostOptionsOf(const RunPlan& plan) {
  return {.url = plan.push_url.url(),
          .timeout_ns = plan.resp_timeout_ns,
          .most_connections = static_cast<int>(kMostPostConnections)};
}

std::string TokenOf(const UserToken& encoder, const RunPlan& plan, int64_t user_id, int64_t unix_ns) {
  if (plan.protocol != Protocol::kGateway) return {};
  const int64_t issued_at_s = unix_ns / kNsPerSecond;
  return encoder.Encode({.user_id = user_id,
                         .biz_id = plan.biz_id,
                         .issuer = plan.jwt_issuer,
                         .issued_at_unix_s = issued_at_s,
                         .expires_unix_s = issued_at_s + plan.token_ttl_s});
}

std::string ExpiredTokenOf(const UserToken& encoder, const RunPlan& plan, int64_t user_id, int64_t unix_ns) {
  return TokenOf(encoder, plan, user_id, unix_ns - (kExpiredForS + plan.token_ttl_s) * kNsPerSecond);
}

uint16_t CloseCodeOf(const RunPlan& plan) {
  return plan.close_code == 0 ? kNoStatus : static_cast<uint16_t>(plan.close_code);
}

}  // namespace wsload
