#include "tests/gateway/frame_codec.h"

#include <algorithm>
#include <cstring>

namespace wsload::gateway {
namespace {

constexpr uint8_t kFin = 0x80, kRsv1 = 0x40, kRsv23 = 0x30, kOpcodeBits = 0x0F, kMaskBit = 0x80, kLengthBits = 0x7F;
constexpr size_t kMaxControlPayload = 125;

uint64_t ReadBigEndian(const unsigned char* bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

void AppendBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

void Unmask(char* data, size_t size, const unsigned char* mask) {
  uint64_t wide;
  std::memcpy(&wide, mask, 4);
  std::memcpy(reinterpret_cast<char*>(&wide) + 4, mask, 4);
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, data + i, 8);
    word ^= wide;
    std::memcpy(data + i, &word, 8);
  }
  for (; i < size; ++i) data[i] = static_cast<char>(static_cast<unsigned char>(data[i]) ^ mask[i & 3]);
}

}  // namespace

struct FrameReader::Header {
  bool fin = false;
  bool rsv1 = false;
  bool rsv23 = false;
  bool masked = false;
  bool minimal = true;  ///< the length is in its shortest form
  uint8_t opcode = 0;
  uint64_t length = 0;
  size_t size = 0;
};

void AppendFrameHeader(std::string& out, Opcode opcode, bool compressed, size_t payload_size) {
  out.push_back(static_cast<char>(kFin | (compressed ? kRsv1 : 0) | static_cast<uint8_t>(opcode)));
  if (payload_size < 126) {
    out.push_back(static_cast<char>(payload_size));
  } else if (payload_size <= 0xFFFF) {
    out.push_back(126);
    AppendBigEndian(out, payload_size, 2);
  } else {
    out.push_back(127);
    AppendBigEndian(out, payload_size, 8);
  }
}

void AppendCloseFrame(std::string& out, CloseCode code, std::string_view reason) {
  reason = reason.substr(0, kMaxControlPayload - 2);
  AppendFrameHeader(out, Opcode::kClose, false, reason.size() + 2);
  AppendBigEndian(out, static_cast<uint16_t>(code), 2);
  out.append(reason);
}

FrameReader::Result FrameReader::Fail(CloseCode code, const char* reason) {
  error_code_ = code;
  error_reason_ = reason;
  return Result::kError;
}

FrameReader::Result FrameReader::CheckHeader(const Header& header) {
  const auto opcode = static_cast<Opcode>(header.opcode);
  if (header.rsv23) return Fail(CloseCode::kProtocolError, "reserved bits are set");
  if (!header.masked) return Fail(CloseCode::kProtocolError, "a client's frames must be masked");
  switch (opcode) {
    case Opcode::kContinuation:
      if (!in_message_) return Fail(CloseCode::kProtocolError, "continuation of nothing");
      break;
    case Opcode::kText:
    case Opcode::kBinary:
      if (in_message_) return Fail(CloseCode::kProtocolError, "a new message inside a fragmented one");
      break;
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      if (!header.fin) return Fail(CloseCode::kProtocolError, "fragmented control frame");
      if (header.length > kMaxControlPayload) return Fail(CloseCode::kProtocolError, "control frame over 125 bytes");
      break;
    default:
      return Fail(CloseCode::kProtocolError, "unknown opcode");
  }
  const bool may_compress = allow_compressed_ && (opcode == Opcode::kText || opcode == Opcode::kBinary);
  if (header.rsv1 && !may_compress) return Fail(CloseCode::kProtocolError, "RSV1 without permessage-deflate");
  if (!header.minimal) return Fail(CloseCode::kProtocolError, "length is not in its shortest form");
  const size_t before = opcode == Opcode::kContinuation ? fragments_.size() : 0;
  if (header.length > max_message_ - before) return Fail(CloseCode::kTooBig, "message is too big");
  return Result::kIncoming;
}

FrameReader::Result FrameReader::Next(char* data, size_t size, Incoming& incoming, size_t& consumed) {
  if (message_complete_) {
    message_complete_ = false;
    fragments_.clear();
  }
  if (size < 2) return Result::kNeedMore;
  const auto* bytes = reinterpret_cast<const unsigned char*>(data);
  Header header;
  header.fin = (bytes[0] & kFin) != 0;
  header.rsv1 = (bytes[0] & kRsv1) != 0;
  header.rsv23 = (bytes[0] & kRsv23) != 0;
  header.opcode = bytes[0] & kOpcodeBits;
  header.masked = (bytes[1] & kMaskBit) != 0;
  header.length = bytes[1] & kLengthBits;
  const size_t extended = header.length == 126 ? 2 : header.length == 127 ? 8 : 0;
  header.size = 2 + extended + (header.masked ? 4 : 0);
  if (size < 2 + extended) return Result::kNeedMore;
  if (extended != 0) {
    header.length = ReadBigEndian(bytes + 2, extended);
    header.minimal = extended == 2 ? header.length >= 126 : header.length > 0xFFFF;
  }
  // Before the payload is there: a bad or huge frame is refused at once, not waited for.
  if (CheckHeader(header) == Result::kError) return Result::kError;
  if (size < header.size || size - header.size < header.length) return Result::kNeedMore;

  char* payload = data + header.size;
  Unmask(payload, header.length, bytes + header.size - 4);
  consumed = header.size + header.length;
  return Assemble(header, {payload, header.length}, incoming);
}

FrameReader::Result FrameReader::Assemble(const Header& header, std::string_view payload, Incoming& incoming) {
  const auto opcode = static_cast<Opcode>(header.opcode);
  if (IsControl(opcode)) {
    incoming = {opcode, false, payload};
    return Result::kIncoming;
  }
  if (opcode != Opcode::kContinuation) {
    if (header.fin) {
      incoming = {opcode, header.rsv1, payload};
      return Result::kIncoming;
    }
    in_message_ = true;
    message_opcode_ = opcode;
    message_compressed_ = header.rsv1;
  }
  fragments_.append(payload);
  if (!header.fin) return Result::kFragment;
  in_message_ = false;
  message_complete_ = true;
  const size_t size = fragments_.size();
  fragments_.append(kReadPadding, '\0');
  incoming = {message_opcode_, message_compressed_, std::string_view(fragments_).substr(0, size)};
  return Result::kIncoming;
}

bool IsValidClosePayload(std::string_view payload) {
  if (payload.empty()) return true;
  if (payload.size() == 1) return false;
  const auto code = ReadBigEndian(reinterpret_cast<const unsigned char*>(payload.data()), 2);
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace wsload::gateway
