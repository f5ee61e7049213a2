// RFC 6455 frames as a server writes and reads them, made without the code
// under test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsload {

struct ServerFrameOptions {
  bool fin = true;
  bool rsv1 = false;
};

/// An unmasked frame. `opcode` as on the wire: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong.
std::string ServerFrame(int opcode, std::string_view payload, ServerFrameOptions options = {});

/// A close frame's payload.
std::string ClosePayloadBytes(uint16_t code, std::string_view reason = {});

struct ClientFrame {
  int opcode = 0;
  bool fin = false;
  bool rsv1 = false;
  bool masked = false;
  std::string payload;  ///< unmasked
};

/// Takes the first whole frame from `bytes`; nothing when there is none yet.
std::optional<ClientFrame> TakeClientFrame(std::string& bytes);

/// "Sec-WebSocket-Accept" for a key (section 4.2.2).
std::string AcceptFor(std::string_view key);

/// A message compressed by itself, without the tail 00 00 ff ff (RFC 7692 7.2.1), and back.
std::string DeflateMessage(std::string_view message);
std::string InflateMessage(std::string_view compressed);

}  // namespace wsload
