// Sockets that belong to gRPC, which closes them when it likes.
#pragma once

#include "agent/service/stranger_gate.h"
#include "common/net/socket_address.h"

namespace wsload {

/// Keeps two descriptors of its own, so that a connection can be ended when no other is free.
class LentSockets final : public StrangerGate::Sockets {
 public:
  LentSockets();
  ~LentSockets();
  LentSockets(const LentSockets&) = delete;
  LentSockets& operator=(const LentSockets&) = delete;

  bool IsOpen(int fd, const SocketAddress& peer) override;
  int64_t ReceivedBytes(int fd, const SocketAddress& peer) override;
  void End(int fd, const SocketAddress& peer) override;

 private:
  const int nothing_;
  const int spare_;
};

}  // namespace wsload
