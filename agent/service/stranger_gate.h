// Bounds what those may hold of an agent who have not shown yet that they may give it work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "agent/service/offenders.h"
#include "common/net/socket_address.h"
#include "common/time/clock.h"
#include "common/util/rate_bound.h"

namespace wsload {

/// Knows every connection. One on which no call was let in yet is a stranger's: of these there are few, the oldest one
/// of the network that has the most gives way to a new one, and none grows old. No connection makes calls without a
/// bound, whoever's it is: a stream that is opened and reset at once costs a server more than who does it. A network
/// that went beyond a bound gets few new connections for a while. From any thread.
class StrangerGate {
 public:
  /// Strangers' connections at once. A controller's is one for as long as TLS and its first call take.
  static constexpr size_t kMost = 32;
  /// After this a stranger's connection ends, at a moment in which it is quiet; after twice this in any case.
  static constexpr int64_t kAgeNs = 60 * kNsPerSecond;
  static constexpr int64_t kQuietNs = kNsPerSecond;
  /// What a stranger may send in all: a TLS handshake and some health checks stay far below.
  static constexpr int64_t kMostBytes = 128 << 10;
  /// Calls of one connection: so many at once, and how often afterwards. A run needs a few.
  static constexpr int kCallBurst = 100;
  static constexpr int64_t kCallIntervalNs = kNsPerSecond / 10;

  /// What can be done with the socket of a connection that somebody else owns, and may have closed by now.
  class Sockets {
   public:
    /// Whether `fd` is the connection to `peer` still.
    virtual bool IsOpen(int fd, const SocketAddress& peer) = 0;
    /// What `peer` has sent over it so far.
    virtual int64_t ReceivedBytes(int fd, const SocketAddress& peer) = 0;
    /// Breaks it off, if it is still there; its owner sees the end of the stream, and closes it.
    virtual void End(int fd, const SocketAddress& peer) = 0;

   protected:
    ~Sockets() = default;
  };

  /// `most`: instead of kMost, where descriptors are few. `sockets` is called by one thread at a time.
  StrangerGate(const Clock& clock, Sockets& sockets, size_t most = kMost);

  /// Takes note of a connection. Others may have to end for it. False: it comes from where too many came from, and is
  /// not to be served.
  bool Add(int fd, const SocketAddress& peer);
  /// A call comes; `peer` as gRPC names it. One too many ends the connection.
  void CountCall(std::string_view peer);
  /// A call of it was let in: it is a controller's.
  void LetIn(std::string_view peer);
  /// Descriptors have run short.
  void EndOldest();
  /// Ends strangers' connections that are too old or have sent too much, and forgets those that are gone; to be called
  /// now and then, the oftener the less a peer can do in between.
  void LookAtAll();

  size_t strangers() const;

 private:
  struct Connection {
    int fd = -1;
    std::string network;
    int64_t since_ns = 0;
    int64_t last_call_ns = 0;
    RateBound calls{kCallBurst, kCallIntervalNs};
    bool is_stranger = true;
  };
  using Connections = std::map<SocketAddress, Connection>;

  // All with `mutex_` held.
  void ForgetClosed();
  void EndOneOfTheLargestNetwork();
  void End(Connections::iterator connection);
  /// It went beyond a bound.
  void EndOffender(Connections::iterator connection, int64_t now_ns);
  size_t CountStrangers() const;
  static bool HasHadItsTime(const Connection& connection, int64_t now_ns);
  Connections::iterator Find(std::string_view peer);

  const Clock& clock_;
  Sockets& sockets_;
  const size_t most_;
  mutable std::mutex mutex_;
  Connections connections_;
  Offenders offenders_;
};

}  // namespace wsload
