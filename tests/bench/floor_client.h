// The floor: what a round trip costs a client that does nothing but the system
// calls and the frame. Raw epoll, no library, no codec, no statistics.
#pragma once

#include <cstdint>
#include <memory>
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

struct FloorOptions {
  uint16_t port = 0;  ///< of an echo server on loopback
  int connections = 1;
  int payload_bytes = 100;
  bool tls = false;  ///< TLS by OpenSSL, the certificate taken as it is
};

/// Connections to an echo server on loopback. One thread; any error throws std::runtime_error.
class FloorClient {
 public:
  /// Connects and upgrades all of them to /ws.
  explicit FloorClient(const FloorOptions& options);
  ~FloorClient();
  FloorClient(const FloorClient&) = delete;
  FloorClient& operator=(const FloorClient&) = delete;

  /// At least `round_trips` round trips, each connection with one message outstanding.
  Cost Run(int64_t round_trips);

  /// `messages` in the open model at `rate_per_s`, round robin over the connections; what is due within `tick_ns` goes
  /// out together.
  Cost RunPaced(int64_t messages, int64_t rate_per_s, int64_t tick_ns);

 private:
  struct Tls;

  void Send(int fd);
  /// Reads what is there; the answers that became whole. (There are several when the server was late.)
  int64_t Receive(int fd);
  /// Waits `timeout_ns` at most (-1: five seconds, then throws) and reads; the answers that became whole.
  template <typename OnAnswer>
  int64_t Turn(int64_t timeout_ns, OnAnswer on_answer);

  int epoll_fd_ = -1;
  std::vector<int> sockets_;
  std::vector<uint32_t> received_;         ///< bytes of the answer so far, by descriptor
  std::vector<std::unique_ptr<Tls>> tls_;  ///< by descriptor; empty without TLS
  std::string frame_;
  uint32_t answer_bytes_ = 0;
};

/// What `connections` new connections cost, upgrade included, 32 of them under way at a time. They are reset
/// afterwards, which is not counted. Throws std::runtime_error.
Cost FloorConnects(uint16_t port, int64_t connections);

}  // namespace wsload::bench
