// A system under test whose capacity is known by arithmetic: a queue of c servers, on virtual time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace wsload {

struct QueueSystemOptions {
  int servers = 1;
  double service_s = 0.001;  ///< mean
  bool exponential = false;  ///< else every service takes as long
  size_t places = 100'000;   ///< of those that wait; who finds none is lost
};

/// First come, first served; messages arrive evenly.
class QueueSystem {
 public:
  struct Figures {
    double response_s_p99 = 0;
    double success_ratio = 1;
  };

  QueueSystem(const QueueSystemOptions& options, uint32_t seed) : options_(options), random_(seed) {}

  /// From an empty queue to an empty queue.
  Figures Run(int64_t rate_per_s, double duration_s);

  /// The highest rate at which the response time's p99 stays within `bound_s` for good. Of even arrivals and
  /// exponential service (D/M/c in heavy traffic) what is over t has the share exp(-c m (1 - s) t), with s the root of
  /// s = exp(-c m (1 - s) / rate) and m the rate of one server; so 1 - s is known from the bound, and the rate from s.
  double Capacity(double bound_s) const;

 private:
  double Service();

  const QueueSystemOptions options_;
  std::mt19937_64 random_;
};

}  // namespace wsload
