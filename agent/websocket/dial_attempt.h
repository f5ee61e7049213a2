// One dial: the states between a socket() and an upgraded connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/websocket/byte_stream.h"
#include "agent/websocket/client_handshake.h"
#include "agent/websocket/dialer.h"
#include "agent/websocket/resolver.h"
#include "agent/websocket/routes.h"
#include "agent/websocket/tls_context.h"
#include "agent/websocket/transport.h"
#include "common/loop/event_loop.h"
#include "common/loop/fd_poller.h"
#include "common/util/local_text.h"

namespace wsload {

/// What all dials of one dialer share.
struct DialShared {
  DialOptions options;
  std::shared_ptr<Transport> transport;
  UpgradeTemplate upgrade;
  std::unique_ptr<TlsContext> tls;  ///< null for ws://
  Resolver resolver;
  Routes routes;  ///< empty() until the first dial finds the name resolved
};

class DialAttempt final : private FdHandler {
 public:
  using Done = std::function<void(DialAttempt*, DialResult)>;

  /// `done` is called once, from the loop, and may delete this.
  DialAttempt(DialShared& shared, int64_t client, std::string target, Done done);
  ~DialAttempt();
  DialAttempt(const DialAttempt&) = delete;
  DialAttempt& operator=(const DialAttempt&) = delete;

  void Start();
  /// `done` comes from the loop, with cause "canceled".
  void Cancel() { Fail("canceled", "the dial was given up"); }
  /// The name's lookup came to an end.
  void OnResolved();

 private:
  enum class State { kResolving, kConnecting, kTlsHandshake, kUpgrading, kFinished };

  void OnReady(uint32_t events) override;
  void OnTimer();
  void TryNextRoute();
  /// 0, or an errno.
  int BindTo(const SocketAddress& source);
  void OnRouteFailed(std::string_view cause, LocalString detail);
  void OnConnectFailed(int error);
  void OnConnected();
  void ContinueTls();
  void SendRequest();
  void WriteRequest();
  void ReadAnswer();
  /// Where the server has refused: for a moment, what it says of why.
  void AwaitBody();
  void FailRefused();
  void Fail(std::string cause, LocalString detail);
  void Succeed();
  void CloseSocket();
  void Watch(uint32_t events);
  std::string Server() const;

  DialShared& shared_;
  Done done_;
  std::unique_ptr<Timer> timer_;
  ByteStream stream_;
  std::unique_ptr<ClientHandshake> handshake_;
  std::string target_;
  std::string request_;  ///< what is left to write
  const int64_t client_;
  std::vector<Routes::Route> routes_;
  size_t next_route_ = 0;
  DialResult result_;
  int64_t deadline_ns_ = 0;
  uint32_t watched_events_ = 0;
  State state_ = State::kResolving;
  bool awaits_body_ = false;
};

}  // namespace wsload
