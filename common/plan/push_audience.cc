#include "common/plan/push_audience.h"

#include <algorithm>
#include <charconv>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kPeer = "peer", kAll = "all", kGroup = "group:";
constexpr int64_t kLeastRoom = 2, kMostRoom = 100'000'000;

}  // namespace

absl::StatusOr<PushAudience> PushAudience::Parse(std::string_view text) {
  PushAudience audience;
  const std::string written = AsciiLower(Trimmed(text));
  if (written.empty()) return audience;
  if (written == kPeer) {
    audience.room_ = kLeastRoom;
  } else if (written == kAll) {
    audience.room_ = kEverybody;
  } else if (written.starts_with(kGroup)) {
    const char* const end = written.data() + written.size();
    const auto [rest, error] = std::from_chars(written.data() + kGroup.size(), end, audience.room_);
    if (error != std::errc() || rest != end || audience.room_ < kLeastRoom || audience.room_ > kMostRoom) {
      return LocalInvalidArgument({"want group:N with {} to {} clients in a group, for example group:50",
                                   "应为 group:N，每组 {} 至 {} 个客户端，例如 group:50"},
                                  kLeastRoom, kMostRoom);
    }
  } else {
    return LocalInvalidArgument({"want peer, group:N or all", "可选值：peer、group:N 或 all"});
  }
  audience.text_ = written;
  return audience;
}

int64_t PushAudience::CountOf(int64_t sender, int64_t clients) const {
  if (empty() || sender < 0 || sender >= clients) return 0;
  if (everybody()) return clients - 1;
  const int64_t first = sender - sender % room_;
  return std::min(room_, clients - first) - 1;
}

bool PushAudience::Has(int64_t sender, int64_t receiver, int64_t clients) const {
  const auto is_client = [clients](int64_t client) { return client >= 0 && client < clients; };
  if (empty() || sender == receiver || !is_client(sender) || !is_client(receiver)) return false;
  return everybody() || sender / room_ == receiver / room_;
}

int64_t PushAudience::MostOf(int64_t clients) const {
  if (empty()) return 0;
  return (everybody() ? clients : std::min(room_, clients)) - 1;
}

}  // namespace wsload
