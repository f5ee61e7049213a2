// A WebSocket client with blocking sockets and its own framing: what tests use to look at a server from outside,
// independent of the product's WebSocket stack.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wsload {

/// Every wait has a deadline of kDeadlineMs; when it passes, the call fails like on a closed connection.
class RawWsClient {
 public:
  static constexpr int kDeadlineMs = 10'000;

  struct Frame {
    uint8_t opcode = 0;
    bool fin = true;
    bool rsv1 = false;
    std::string payload;

    /// Of a close frame; 0 without one.
    uint16_t CloseCode() const;
    std::string_view CloseReason() const;
  };

  enum class Transport { kPlain, kTls };

  /// 127.0.0.1:`port`; connected() tells whether it worked. kTls: whatever the certificate.
  explicit RawWsClient(uint16_t port, Transport transport = Transport::kPlain);
  ~RawWsClient();
  RawWsClient(const RawWsClient&) = delete;
  RawWsClient& operator=(const RawWsClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  /// Sends the bytes as they are.
  bool SendRaw(std::string_view bytes);

  /// GET `target` with an upgrade, plus `extra_headers` (each line with CRLF). The answer's header is in response(),
  /// for other statuses than 101 with its body. Returns the status, 0 without an answer.
  int Upgrade(std::string_view target, std::string_view extra_headers = {});

  /// Reads one HTTP answer after SendRaw(): to its end where the server keeps the connection alive, else to the end of
  /// the stream. 0 without one.
  int ReadHttpResponse();
  const std::string& response() const { return response_; }

  /// One masked frame.
  bool SendFrame(uint8_t opcode, std::string_view payload, bool fin = true, bool rsv1 = false);
  bool SendBinary(std::string_view payload) { return SendFrame(0x2, payload); }
  bool SendClose(uint16_t code);

  /// The bytes of such a frame.
  static std::string EncodeFrame(uint8_t opcode, std::string_view payload, bool fin = true, bool rsv1 = false);

  /// The next frame; nothing at the end of the stream.
  std::optional<Frame> ReadFrame();

  /// Whether the server ends the stream with nothing more to read.
  bool AtEnd();

 private:
  void StartTls();
  ssize_t Receive(char* data, size_t size);
  bool FillTo(size_t size);  ///< until so many bytes are in the buffer

  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  int fd_ = -1;
  std::unique_ptr<SSL, FreeTls> tls_;
  std::string buffer_;
  std::string response_;
};

}  // namespace wsload
