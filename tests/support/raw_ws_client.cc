#include "tests/support/raw_ws_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace wsload {
namespace {

constexpr std::string_view kMask("\x37\xfa\x21\x3d", 4);

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void AppendBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

}  // namespace

uint16_t RawWsClient::Frame::CloseCode() const {
  return payload.size() < 2 ? uint16_t{0} : static_cast<uint16_t>(BigEndian(std::string_view(payload).substr(0, 2)));
}

std::string_view RawWsClient::Frame::CloseReason() const {
  return payload.size() < 2 ? std::string_view() : std::string_view(payload).substr(2);
}

RawWsClient::RawWsClient(uint16_t port, Transport transport) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval deadline = {kDeadlineMs / 1000, (kDeadlineMs % 1000) * 1000};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
  } else if (transport == Transport::kTls) {
    StartTls();
  }
}

void RawWsClient::StartTls() {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  tls_.reset(SSL_new(context.get()));
  SSL_set_fd(tls_.get(), fd_);
  if (SSL_connect(tls_.get()) != 1) {
    close(fd_);
    fd_ = -1;
  }
}

ssize_t RawWsClient::Receive(char* data, size_t size) {
  return tls_ != nullptr ? SSL_read(tls_.get(), data, static_cast<int>(size)) : recv(fd_, data, size, 0);
}

RawWsClient::~RawWsClient() {
  if (fd_ >= 0) close(fd_);
}

bool RawWsClient::SendRaw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = tls_ != nullptr ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                         : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawWsClient::FillTo(size_t size) {
  char chunk[16 * 1024];
  while (buffer_.size() < size) {
    const ssize_t got = Receive(chunk, sizeof chunk);
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<size_t>(got));
  }
  return true;
}

int RawWsClient::Upgrade(std::string_view target, std::string_view extra_headers) {
  std::string request = "GET ";
  request += target;
  request +=
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  request += extra_headers;
  request += "\r\n";
  return SendRaw(request) ? ReadHttpResponse() : 0;
}

int RawWsClient::ReadHttpResponse() {
  constexpr std::string_view kEnd = "\r\n\r\n", kStatusLine = "HTTP/1.1 ";
  size_t end = 0;
  while ((end = buffer_.find(kEnd)) == std::string::npos) {
    if (!FillTo(buffer_.size() + 1)) return 0;
  }
  if (!buffer_.starts_with(kStatusLine)) return 0;
  const int status = std::atoi(buffer_.c_str() + kStatusLine.size());
  if (status == 101) {
    response_ = buffer_.substr(0, end + kEnd.size());
    buffer_.erase(0, end + kEnd.size());
    return status;
  }
  const std::string header = buffer_.substr(0, end + kEnd.size());
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const size_t length = header.find(kLength);
  if (header.find("\r\nConnection: keep-alive\r\n") != std::string::npos && length != std::string::npos) {
    const size_t size = header.size() + std::strtoul(header.c_str() + length + kLength.size(), nullptr, 10);
    if (!FillTo(size)) return 0;
    response_ = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return status;
  }
  while (FillTo(buffer_.size() + 1)) {
  }
  response_ = std::exchange(buffer_, {});
  return status;
}

std::string RawWsClient::EncodeFrame(uint8_t opcode, std::string_view payload, bool fin, bool rsv1) {
  std::string frame;
  frame.push_back(static_cast<char>((fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() <= 0xFFFF) {
    frame.push_back(static_cast<char>(0x80 | 126));
    AppendBigEndian(frame, payload.size(), 2);
  } else {
    frame.push_back(static_cast<char>(0x80 | 127));
    AppendBigEndian(frame, payload.size(), 8);
  }
  frame.append(kMask);
  for (size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
  return frame;
}

bool RawWsClient::SendFrame(uint8_t opcode, std::string_view payload, bool fin, bool rsv1) {
  return SendRaw(EncodeFrame(opcode, payload, fin, rsv1));
}

bool RawWsClient::SendClose(uint16_t code) {
  std::string payload;
  AppendBigEndian(payload, code, 2);
  return SendFrame(0x8, payload);
}

std::optional<RawWsClient::Frame> RawWsClient::ReadFrame() {
  if (!FillTo(2)) return std::nullopt;
  Frame frame;
  const auto first = static_cast<unsigned char>(buffer_[0]);
  frame.fin = (first & 0x80) != 0;
  frame.rsv1 = (first & 0x40) != 0;
  frame.opcode = first & 0x0F;
  uint64_t length = static_cast<unsigned char>(buffer_[1]);  // a server's frame has no mask bit
  const size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (!FillTo(2 + extended)) return std::nullopt;
  if (extended != 0) length = BigEndian(std::string_view(buffer_).substr(2, extended));
  if (!FillTo(2 + extended + length)) return std::nullopt;
  frame.payload = buffer_.substr(2 + extended, length);
  buffer_.erase(0, 2 + extended + length);
  return frame;
}

bool RawWsClient::AtEnd() {
  if (!buffer_.empty()) return false;
  char byte;
  return Receive(&byte, 1) == 0;
}

}  // namespace wsload
