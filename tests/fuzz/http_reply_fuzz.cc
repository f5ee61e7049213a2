// HttpReply on any answer: how it is split must not matter for what it says. The first byte is the size of the pieces.
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "agent/websocket/http_reply.h"
#include "tests/fuzz/fuzz_check.h"

namespace wsload {
namespace {

std::pair<HttpReply::State, int> Outcome(std::string_view answer, size_t step) {
  HttpReply reply;
  for (size_t at = 0; at < answer.size() && reply.state() == HttpReply::State::kNeedMore; at += step) {
    reply.Feed(answer.substr(at, step));
  }
  FuzzCheck(reply.state() != HttpReply::State::kDone || (reply.status() >= 200 && reply.status() <= 599),
            "an answer without a status");
  FuzzCheck(!reply.reusable() || reply.status() != 0, "reused without an answer");
  return {reply.state(), reply.status()};
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  // An answer too long to be one ends where the split has it.
  const std::string_view answer(reinterpret_cast<const char*>(data) + 1,
                                std::min(size - 1, wsload::HttpReply::kMaxHeadBytes));
  const auto whole = wsload::Outcome(answer, answer.size() + 1);
  wsload::FuzzCheck(wsload::Outcome(answer, data[0] % 64 + 1u) == whole, "the split changed the outcome");
  return 0;
}
