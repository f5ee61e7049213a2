// The addresses of one host name.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/loop/asio_event_loop.h"
#include "common/loop/callback_scope.h"
#include "common/net/socket_address.h"
#include "common/util/local_text.h"

namespace wsload {

/// Looks the name up once for all dials. Loop's thread.
///
/// With Asio's resolver and not LookUp() of common/net: it has a thread for lookups that belongs to the loop, brings
/// the answer back to the loop, and ends with it, so that a lookup under way can never outlive what it answers to.
class Resolver {
 public:
  enum class State { kWaiting, kReady, kFailed };

  Resolver(AsioEventLoop& loop, std::string host, uint16_t port);

  /// kWaiting: `changed` runs later, from the loop, unless this is deleted before. One lookup at a time: while one is
  /// under way, only the first `changed` counts. A lookup that failed is tried again after a while.
  State Resolve(Callback changed);

  /// Why it failed; one line.
  const LocalString& error() const { return error_; }

  /// As the lookup gave them; empty until it succeeded.
  const std::vector<SocketAddress>& addresses() const { return addresses_; }

 private:
  /// Throws std::system_error where no thread can be made.
  void BeginLookup(Callback changed);

  AsioEventLoop& loop_;
  std::string host_;
  uint16_t port_;
  std::vector<SocketAddress> addresses_;
  LocalString error_;
  int64_t failed_at_ns_ = 0;
  bool under_way_ = false;
  asio::ip::tcp::resolver resolver_;
  const CallbackScope scope_;
};

}  // namespace wsload
