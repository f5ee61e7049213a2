#include "tests/gateway/shared_state.h"

#include <algorithm>

namespace wsload::gateway {
namespace {

constexpr int64_t kRememberKeysNs = 120 * kNsPerSecond;
// Service times are a series of their own, unlike that of any thread's delays.
constexpr uint64_t kServiceSeed = 0x5E12'71CE'0000'0000u;

ServiceQueueSpec QueueOf(const GatewayOptions& options) {
  return {.servers = options.servers, .service = options.service_time, .most_waiting = options.queue_length};
}

}  // namespace

SharedState::SharedState(const GatewayOptions& options, int64_t since_unix_ns)
    : options_(options),
      reject_(options.reject_handshake.status == 0 ? 0 : options.reject_handshake.share),
      ack_drop_(options.ack_drop_share),
      exchange_(options.threads),
      since_unix_ns_(since_unix_ns),
      stall_clock_(options.stall_every_ns, options.stall_for_ns) {
  if (options.rate_limit_per_s > 0) {
    const int64_t burst = options.rate_limit_burst > 0 ? options.rate_limit_burst : 2 * options.rate_limit_per_s;
    rate_limit_.emplace(options.rate_limit_per_s, burst);
  }
  if (options.handshake_rate_per_s > 0) {
    handshake_gate_.emplace(options.handshake_rate_per_s, options.handshake_over);
  }
  if (options.dedup != Dedup::kOff) known_keys_.emplace(kRememberKeysNs);
  if (options.servers > 0) queue_.emplace(QueueOf(options), options.seed ^ kServiceSeed);
}

bool SharedState::RejectHandshake() {
  const std::lock_guard lock(mutex_);
  return reject_.Next();
}

std::optional<int64_t> SharedState::HandshakeTurnNs(int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  return handshake_gate_ ? handshake_gate_->NextTurnNs(now_ns) : now_ns;
}

void SharedState::ForgetQueue() {
  const std::lock_guard lock(mutex_);
  if (queue_) queue_->Clear();
}

UserRecord* SharedState::Connected(int64_t user_id, int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (first_accepted_ns() == 0) first_accepted_ns_.store(now_ns, std::memory_order_relaxed);
  UserRecord& user = users_[user_id];
  ++user.connections;
  ++user.open;
  ++open_;
  peak_ = std::max(peak_, open_);
  return &user;
}

void SharedState::Disconnected(UserRecord& user) {
  const std::lock_guard lock(mutex_);
  --user.open;
  --open_;
}

int64_t SharedState::OpenConnections() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

int64_t SharedState::OpenConnections(const std::vector<int64_t>& user_ids) const {
  const std::lock_guard lock(mutex_);
  int64_t open = 0;
  for (const int64_t id : user_ids) {
    const auto found = users_.find(options_.echo ? options_.first_user_id - id - 1 : id);
    if (found != users_.end()) open += found->second.open;
  }
  return open;
}

SharedState::Judgement SharedState::Judge(int64_t biz_id, std::string_view key, int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  StartStallClock(now_ns);
  if (rate_limit_ && !rate_limit_->Take(now_ns)) return {Verdict::kRateLimited, now_ns};
  // Before its key is looked at: what is refused may come again.
  if (queue_ && queue_->Full(now_ns)) {
    ++queue_refused_;
    return {options_.queue_full == QueueFull::kLimit ? Verdict::kRateLimited : Verdict::kQueueDropped, now_ns};
  }
  if (known_keys_ && !known_keys_->Insert(biz_id, key, now_ns)) return {JudgeDuplicate(), now_ns};
  // An acknowledgement that gets lost has had its work all the same.
  const int64_t done_ns = queue_ ? queue_->Admit(now_ns) : now_ns;
  return {ack_drop_.Next() ? Verdict::kDropAck : Verdict::kAcknowledge, done_ns};
}

SharedState::Verdict SharedState::JudgeDuplicate() {
  if (options_.dedup == Dedup::kDrop) return Verdict::kDuplicate;
  if (options_.ack_drop_first) return Verdict::kDuplicateAcknowledge;
  return ack_drop_.Next() ? Verdict::kDuplicateDropAck : Verdict::kDuplicateAcknowledge;
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
  if (queue_) {
    truth.queue = {.capacity_per_s = CapacityPerSecond(QueueOf(options_)),
                   .admitted = queue_->admitted(),
                   .refused = queue_refused_,
                   .longest = queue_->longest(),
                   .longest_wait_ns = queue_->longest_wait_ns(),
                   .service_ns = queue_->service_ns()};
  }
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
