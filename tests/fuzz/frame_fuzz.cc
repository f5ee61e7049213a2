// FrameProcessor on any bytes: the split must not matter, the messages must keep the limit, what may be read behind
// them must be there. The first byte chooses compression, the second the size of the pieces.
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/websocket/connection.h"
#include "agent/websocket/frame_processor.h"
#include "tests/fuzz/fuzz_check.h"

namespace wsload {
namespace {

constexpr size_t kMaxMessageBytes = 4096;

class Collector final : public FrameEvents {
 public:
  Feeding OnData(std::string_view payload, bool binary) override {
    FuzzCheck(payload.size() <= kMaxMessageBytes, "a message over the limit");
    volatile char past_the_end = payload.data()[payload.size() + Connection::kReadPadding - 1];
    static_cast<void>(past_the_end);
    Record(binary ? "binary" : "text", payload);
    return next;
  }
  Feeding OnControl(Opcode opcode, std::string_view payload) override {
    FuzzCheck(payload.size() <= 125, "a long control frame");
    Record(opcode == Opcode::kClose ? "close" : opcode == Opcode::kPing ? "ping" : "pong", payload);
    if (opcode != Opcode::kClose) return next;
    if (const std::optional<ClosePayload> close = ParseClosePayload(payload)) {
      FuzzCheck(close->code == 1005 || (close->code >= 1000 && close->code < 5000), "a close code that none may send");
    }
    return next;
  }
  Feeding OnPart(size_t) override { return next; }

  std::string log;
  Feeding next = Feeding::kGoOn;

 private:
  void Record(std::string_view kind, std::string_view payload) {
    log.append(kind).append(" ").append(std::to_string(payload.size())).append(" ").append(payload).append("\n");
  }
};

std::string Outcome(std::string_view stream, size_t step, Feeding next, const DeflateParams& deflate) {
  static FrameContext context;
  FrameProcessor processor(context, kMaxMessageBytes, deflate);
  Collector collector;
  collector.next = next;
  for (size_t at = 0; at < stream.size(); at += step) {
    const std::string_view piece = stream.substr(at, step);
    const auto buffer = std::make_unique<uint8_t[]>(piece.size() + Connection::kReadPadding);
    std::memcpy(buffer.get(), piece.data(), piece.size());
    for (std::span<const uint8_t> rest(buffer.get(), piece.size()); !rest.empty();) {
      // Which of several errors in one message is found first does depend on the split.
      if (processor.Feed(rest, collector)) return collector.log + "error";
    }
  }
  return collector.log;
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const wsload::DeflateParams deflate{.enabled = (data[0] & 1) != 0, .server_no_context_takeover = (data[0] & 2) != 0};
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = wsload::Outcome(stream, stream.size() + 1, wsload::Feeding::kGoOn, deflate);
  const wsload::Feeding next = (data[0] & 4) != 0 ? wsload::Feeding::kLater : wsload::Feeding::kGoOn;
  wsload::FuzzCheck(wsload::Outcome(stream, data[1] % 64 + 1, next, deflate) == whole,
                    "the split changed the messages");
  return 0;
}
