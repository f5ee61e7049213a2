// The floor: what a round trip costs a client that does nothing but the system
// calls and the frame. Raw epoll, no library, no codec, no statistics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/time/thread_cpu.h"

namespace wsload::bench {

/// What a client spent on a number of round trips.
struct Cost {
  int64_t round_trips = 0;
  int64_t user_us = 0;
  int64_t system_us = 0;
  int64_t wall_us = 0;

  double cpu_us_per_round_trip() const {
    return static_cast<double>(user_us + system_us) / static_cast<double>(round_trips);
  }
};

/// Connections to an echo server on loopback, each with one 100-byte message outstanding. One thread; any error throws
/// std::runtime_error.
class FloorClient {
 public:
  /// Connects and upgrades all of them to ws://127.0.0.1:`port``target`.
  FloorClient(uint16_t port, const std::string& target, int connections, int payload_bytes);
  ~FloorClient();

  /// At least `round_trips` round trips, spread over the connections.
  Cost Run(int64_t round_trips);

 private:
  void Send(int fd);

  int epoll_fd_ = -1;
  std::vector<int> sockets_;
  std::vector<uint32_t> received_;  ///< bytes of the answer so far, by descriptor
  std::string frame_;
  uint32_t answer_bytes_ = 0;
};

}  // namespace wsload::bench
