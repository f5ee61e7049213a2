#include "tests/gateway/shared_state.h"

#include <algorithm>

namespace wsload::gateway {
namespace {

constexpr int64_t kRememberKeysNs = 120 * kNsPerSecond;

}  // namespace

SharedState::SharedState(const GatewayOptions& options)
    : reject_(options.reject_handshake.status == 0 ? 0 : options.reject_handshake.share),
      ack_drop_(options.ack_drop_share),
      stall_clock_(options.stall_every_ns, options.stall_for_ns) {
  if (options.rate_limit_per_s > 0) {
    const int64_t burst = options.rate_limit_burst > 0 ? options.rate_limit_burst : 2 * options.rate_limit_per_s;
    rate_limit_.emplace(options.rate_limit_per_s, burst);
  }
  if (options.dedup) known_keys_.emplace(kRememberKeysNs);
}

bool SharedState::RejectHandshake() {
  const std::lock_guard lock(mutex_);
  return reject_.Next();
}

UserRecord* SharedState::Connected(std::optional<int64_t> user_id, int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (first_accepted_ns() == 0) first_accepted_ns_.store(now_ns, std::memory_order_relaxed);
  UserRecord& user = users_[user_id ? *user_id : -++anonymous_];
  ++user.connections;
  ++open_;
  peak_ = std::max(peak_, open_);
  return &user;
}

void SharedState::Disconnected() {
  const std::lock_guard lock(mutex_);
  --open_;
}

SharedState::Verdict SharedState::Judge(int64_t biz_id, std::string_view key, int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  StartStallClock(now_ns);
  if (rate_limit_ && !rate_limit_->Take(now_ns)) return Verdict::kRateLimited;
  if (known_keys_ && !known_keys_->Insert(biz_id, key, now_ns)) return Verdict::kDuplicate;
  if (ack_drop_.Next()) return Verdict::kDropAck;
  return Verdict::kAcknowledge;
}

void SharedState::StartStallClock(int64_t now_ns) {
  int64_t unset = 0;
  if (first_upstream_ns_.load(std::memory_order_relaxed) == 0) {
    first_upstream_ns_.compare_exchange_strong(unset, now_ns, std::memory_order_relaxed);
  }
}

int64_t SharedState::StallEndNs(int64_t now_ns) const {
  const int64_t origin_ns = first_upstream_ns_.load(std::memory_order_relaxed);
  return origin_ns == 0 ? 0 : stall_clock_.StallEndNs(origin_ns, now_ns);
}

void SharedState::AddTo(GroundTruth& truth) const {
  const std::lock_guard lock(mutex_);
  truth.connections.open = open_;
  truth.connections.peak = peak_;
  truth.per_client.clients = static_cast<int64_t>(users_.size());
  bool first = true;
  for (const auto& [user_id, user] : users_) {
    const int64_t upstream = user.upstream.load(std::memory_order_relaxed);
    truth.per_client.min_upstream = first ? upstream : std::min(truth.per_client.min_upstream, upstream);
    truth.per_client.max_upstream = std::max(truth.per_client.max_upstream, upstream);
    first = false;
    if (user_id < 0) continue;
    ++truth.distinct_user_ids;
    truth.duplicate_user_ids += user.connections > 1 ? 1 : 0;
  }
}

}  // namespace wsload::gateway
