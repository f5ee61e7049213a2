// A queue of known capacity: pure logic, time and randomness come in as values.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/util/choice.h"
#include "tests/gateway/faults.h"

namespace wsload::gateway {

/// What a message meets that finds the queue full.
enum class QueueFull {
  kDrop,   ///< no answer
  kLimit,  ///< RATE_LIMIT_EXCEEDED
};

}  // namespace wsload::gateway

namespace wsload {

template <>
inline constexpr std::array kChoices<gateway::QueueFull> = {Choice{gateway::QueueFull::kDrop, "drop"},
                                                            Choice{gateway::QueueFull::kLimit, "limit"}};

}  // namespace wsload

namespace wsload::gateway {

struct ServiceQueueSpec {
  int64_t servers = 0;       ///< 0: there is no queue
  DelaySpec service;         ///< how long a server works on one message
  int64_t most_waiting = 0;  ///< beside those in service
};

/// First in, first out; `servers` messages are in service at a time. When each is done is arithmetic, known as it comes
/// in: it begins with its arrival or when the next server is free, whichever is later. So the most that goes through is
/// servers / mean service time, however late a timer fires. One thread at a time.
class ServiceQueue {
 public:
  /// At least one server. The same seed gives the same service times in the order of arrival.
  ServiceQueue(const ServiceQueueSpec& spec, uint64_t seed);

  /// Whether a message that comes at `now_ns` finds no place. An earlier `now_ns` than the last one counts as the last.
  bool Full(int64_t now_ns);

  /// Takes a message in, full or not; when it is done, in ns.
  int64_t Admit(int64_t now_ns);

  /// Whoever waits or is in service is forgotten.
  void Clear();

  /// Messages that wait at `now_ns`.
  int64_t Waiting(int64_t now_ns);

  int64_t admitted() const { return admitted_; }
  int64_t longest() const { return longest_; }        ///< most that ever waited at once
  int64_t service_ns() const { return service_ns_; }  ///< over all that were admitted
  int64_t longest_wait_ns() const { return longest_wait_ns_; }

 private:
  void Advance(int64_t now_ns);

  const ServiceQueueSpec spec_;
  DelayModel service_;
  std::vector<int64_t> free_at_ns_;  ///< a heap, the earliest first: one for each server
  std::deque<int64_t> starts_ns_;    ///< of those that wait; never decreasing
  int64_t now_ns_ = 0;
  int64_t admitted_ = 0;
  int64_t longest_ = 0;
  int64_t service_ns_ = 0;
  int64_t longest_wait_ns_ = 0;
};

/// The mean of what `spec` draws, in ns.
double MeanNs(const DelaySpec& spec);

/// The most messages per second that such a queue lets through; 0: there is no queue.
double CapacityPerSecond(const ServiceQueueSpec& spec);

}  // namespace wsload::gateway
