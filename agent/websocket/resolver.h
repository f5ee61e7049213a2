// The addresses of one host name.
#pragma once

#include <sys/socket.h>

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/loop/asio_event_loop.h"

namespace wsload {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  /// "127.0.0.1:9002", "[::1]:9002".
  std::string ToString() const;
};

/// Looks the name up once for all dials, on Asio's thread for it, and spreads the dials over its addresses. Loop's
/// thread.
class Resolver {
 public:
  enum class State { kWaiting, kReady, kFailed };

  Resolver(AsioEventLoop& loop, std::string host, uint16_t port);

  /// kWaiting: `changed` runs later, from the loop, unless this is deleted before. One lookup at a time: while one is
  /// under way, only the first `changed` counts. A lookup that failed is tried again after a while.
  State Resolve(std::function<void()> changed);

  bool ready() const { return !addresses_.empty(); }
  /// Why it failed; one line.
  const std::string& error() const { return error_; }

  /// The addresses in the order in which this dial shall try them: a different first one each time, those that failed
  /// lately last.
  std::vector<size_t> NextOrder();
  const SocketAddress& address(size_t index) const { return addresses_[index].address; }
  void MarkFailed(size_t index) { addresses_[index].failed = true; }
  void MarkGood(size_t index) { addresses_[index].failed = false; }

 private:
  struct Entry {
    SocketAddress address;
    bool failed = false;
  };

  AsioEventLoop& loop_;
  std::string host_;
  uint16_t port_;
  std::vector<Entry> addresses_;
  size_t next_ = 0;
  std::string error_;
  int64_t failed_at_ns_ = 0;
  bool under_way_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  asio::ip::tcp::resolver resolver_;
};

}  // namespace wsload
