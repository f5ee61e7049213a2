// A server on a loopback port that plays a script with every connection: right
// answers, wrong ones, and none.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/security/tls_identity.h"
#include "tests/support/ws_frames.h"

namespace wsload {

class ScriptedServer {
 public:
  /// The server's end of one connection. Calls wait for at most five seconds. One thread.
  class Peer {
   public:
    Peer(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    /// The HTTP request with its header; empty when none came.
    std::string ReadRequest();
    /// Reads the request and answers 101; `headers`: more header lines, each with its CRLF; `behind`: bytes sent with
    /// it.
    void Upgrade(std::string_view headers = {}, std::string_view behind = {});
    /// False: the client is gone.
    bool Send(std::string_view bytes);
    /// In pieces of `step` bytes, each a packet of its own as far as the kernel allows.
    bool SendInPieces(std::string_view bytes, size_t step);
    std::optional<ClientFrame> ReadFrame();
    /// Sends back every data message until the client closes, and answers its close frame.
    void Echo();
    /// Whether the client's end of stream (or a reset) comes, whatever comes before it.
    bool WaitForEnd();
    void Reset();

   private:
    bool ReadMore();

    int fd_;
    SSL* ssl_;
    std::string received_;
  };

  using Script = std::function<void(Peer&)>;

  /// Each connection has a thread that runs `script` and closes the connection.
  explicit ScriptedServer(Script script, std::optional<TlsIdentity> identity = {});
  ~ScriptedServer();

  uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }
  /// The address of each connection's other end, without the port, in the order they came.
  std::vector<std::string> Peers();

 private:
  void Accept();
  void Serve(int fd);

  Script script_;
  SSL_CTX* tls_ = nullptr;
  int listen_fd_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  bool stopping_ = false;
  std::vector<int> open_;
  std::vector<std::string> peer_addresses_;
  std::vector<std::thread> peers_;
  std::thread acceptor_;
};

}  // namespace wsload
