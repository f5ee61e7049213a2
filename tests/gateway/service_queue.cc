#include "tests/gateway/service_queue.h"

#include <algorithm>
#include <functional>

namespace wsload::gateway {

ServiceQueue::ServiceQueue(const ServiceQueueSpec& spec, uint64_t seed)
    : spec_(spec), service_(spec.service, seed), free_at_ns_(static_cast<size_t>(spec.servers), 0) {}

void ServiceQueue::Advance(int64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  while (!starts_ns_.empty() && starts_ns_.front() <= now_ns_) starts_ns_.pop_front();
}

int64_t ServiceQueue::Waiting(int64_t now_ns) {
  Advance(now_ns);
  return static_cast<int64_t>(starts_ns_.size());
}

bool ServiceQueue::Full(int64_t now_ns) {
  // With a free server nobody has to wait.
  return Waiting(now_ns) >= spec_.most_waiting && free_at_ns_.front() > now_ns_;
}

int64_t ServiceQueue::Admit(int64_t now_ns) {
  Advance(now_ns);
  std::pop_heap(free_at_ns_.begin(), free_at_ns_.end(), std::greater<>());
  int64_t& free_ns = free_at_ns_.back();
  const int64_t start_ns = std::max(now_ns_, free_ns);
  const int64_t service_ns = service_.NextNs();
  const int64_t done_ns = start_ns + service_ns;
  free_ns = done_ns;
  std::push_heap(free_at_ns_.begin(), free_at_ns_.end(), std::greater<>());
  if (start_ns > now_ns_) starts_ns_.push_back(start_ns);
  ++admitted_;
  service_ns_ += service_ns;
  longest_ = std::max(longest_, static_cast<int64_t>(starts_ns_.size()));
  longest_wait_ns_ = std::max(longest_wait_ns_, start_ns - now_ns_);
  return done_ns;
}

void ServiceQueue::Clear() {
  std::fill(free_at_ns_.begin(), free_at_ns_.end(), 0);
  starts_ns_.clear();
}

double MeanNs(const DelaySpec& spec) {
  const auto low = static_cast<double>(spec.low_ns);
  return spec.kind == DelaySpec::Kind::kUniform ? (low + static_cast<double>(spec.high_ns)) / 2 : low;
}

double CapacityPerSecond(const ServiceQueueSpec& spec) {
  const double mean_ns = MeanNs(spec.service);
  return spec.servers > 0 && mean_ns > 0 ? static_cast<double>(spec.servers) * 1e9 / mean_ns : 0;
}

}  // namespace wsload::gateway
