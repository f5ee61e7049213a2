// ClientHandshake on any answer: the split must not matter, and what it says is one printable line. The first byte
// chooses what was offered, the second the size of the pieces; KEY stands for the right Sec-WebSocket-Accept.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/websocket/client_handshake.h"
#include "common/util/text.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/ws_frames.h"

namespace wsload {
namespace {

std::string Outcome(std::string answer, size_t step, const DialOptions& options) {
  static FrameContext context;
  ClientHandshake handshake(context, options);
  if (const size_t at = answer.find("KEY"); at != std::string::npos) answer.replace(at, 3, AcceptFor(handshake.key()));
  ClientHandshake::State state = ClientHandshake::State::kNeedMore;
  size_t at = 0;
  for (; at < answer.size() && state == ClientHandshake::State::kNeedMore; at += step) {
    state = handshake.Feed(std::string_view(answer).substr(at, step));
  }
  if (state == ClientHandshake::State::kDone) {
    // What follows may have come with the header or not.
    const size_t end = std::min(at, answer.size()) - handshake.rest().size();
    return "done at " + std::to_string(end);
  }
  if (state == ClientHandshake::State::kNeedMore) handshake.EndOfStream();
  FuzzCheck(IsUtf8(handshake.detail().english()) && !HasControlCharacter(handshake.detail().english()),
            "a detail that is no line");
  FuzzCheck(!handshake.cause().empty() && handshake.detail().english().size() < 1000,
            "no cause, or a detail without a bound");
  return handshake.cause();
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  wsload::DialOptions options;
  options.compress = (data[0] & 1) != 0 ? wsload::Compression::kContext : wsload::Compression::kOff;
  if ((data[0] & 2) != 0) options.subprotocol = *wsload::SubprotocolList::Parse("chat");
  const std::string answer(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = wsload::Outcome(answer, answer.size() + 1, options);
  wsload::FuzzCheck(wsload::Outcome(answer, data[1] % 64 + 1, options) == whole, "the split changed the outcome");
  return 0;
}
