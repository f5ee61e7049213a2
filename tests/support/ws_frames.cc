#include "tests/support/ws_frames.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <array>

namespace wsload {
namespace {

std::string BigEndian(uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  return out;
}

uint8_t ByteAt(std::string_view bytes, size_t index) { return static_cast<uint8_t>(bytes[index]); }

}  // namespace

std::string ServerFrame(int opcode, std::string_view payload, ServerFrameOptions options) {
  std::string out;
  out.push_back(static_cast<char>((options.fin ? 0x80 : 0) | (options.rsv1 ? 0x40 : 0) | opcode));
  if (payload.size() < 126) {
    out += BigEndian(payload.size(), 1);
  } else if (payload.size() < 65536) {
    out += '\x7e' + BigEndian(payload.size(), 2);
  } else {
    out += '\x7f' + BigEndian(payload.size(), 8);
  }
  out += payload;
  return out;
}

std::string ClosePayloadBytes(uint16_t code, std::string_view reason) { return BigEndian(code, 2) += reason; }

std::optional<ClientFrame> TakeClientFrame(std::string& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  ClientFrame frame;
  frame.fin = (ByteAt(bytes, 0) & 0x80) != 0;
  frame.rsv1 = (ByteAt(bytes, 0) & 0x40) != 0;
  frame.opcode = ByteAt(bytes, 0) & 0x0f;
  frame.masked = (ByteAt(bytes, 1) & 0x80) != 0;
  uint64_t size = ByteAt(bytes, 1) & 0x7f;
  size_t at = 2;
  const int size_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (size_bytes > 0) {
    if (bytes.size() < at + size_bytes) return std::nullopt;
    size = 0;
    for (int i = 0; i < size_bytes; ++i) size = size << 8 | ByteAt(bytes, at++);
  }
  const size_t key_at = at;
  if (frame.masked) at += 4;
  if (bytes.size() < at + size) return std::nullopt;
  frame.payload = bytes.substr(at, size);
  if (frame.masked) {
    for (size_t i = 0; i < frame.payload.size(); ++i) {
      frame.payload[i] = static_cast<char>(ByteAt(frame.payload, i) ^ ByteAt(bytes, key_at + i % 4));
    }
  }
  bytes.erase(0, at + size);
  return frame;
}

std::string AcceptFor(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 32> base64;
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(base64.data()), static_cast<size_t>(size)};
}

std::string DeflateMessage(std::string_view message) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, message.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out - 4);
  deflateEnd(&stream);
  return out;
}

std::string InflateMessage(std::string_view compressed) {
  std::string in(compressed);
  in.append("\x00\x00\xff\xff", 4);
  z_stream stream{};
  inflateInit2(&stream, -15);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  std::string out;
  std::array<char, 4096> step;
  int status = Z_OK;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(step.data());
    stream.avail_out = static_cast<uInt>(step.size());
    status = inflate(&stream, Z_SYNC_FLUSH);
    out.append(step.data(), step.size() - stream.avail_out);
  } while (status == Z_OK && stream.avail_out == 0);
  inflateEnd(&stream);
  return out;
}

}  // namespace wsload
