// Clients that behave badly, a share of each kind, as people write them: what one of them does to the others is to be
// found out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/lives/share.h"
#include "common/util/choice.h"

namespace wsload {

enum class AwkwardKind : uint8_t {
  kBadToken,      ///< its token is signed with another key
  kExpiredToken,  ///< its token was good until an hour ago
  kNoAck,         ///< it acknowledges no push
  kCut,           ///< its connection breaks off where others close theirs
  kSlowRead,      ///< it reads so many bytes a second
  kSplitFrame,    ///< its frames leave in two pieces with a pause between
};

template <>
inline constexpr std::array kChoices<AwkwardKind> = {
    Choice{AwkwardKind::kBadToken, "bad-token"}, Choice{AwkwardKind::kExpiredToken, "expired-token"},
    Choice{AwkwardKind::kNoAck, "no-ack"},       Choice{AwkwardKind::kCut, "cut"},
    Choice{AwkwardKind::kSlowRead, "slow-read"}, Choice{AwkwardKind::kSplitFrame, "split-frame"}};

struct Awkward {
  AwkwardKind kind = AwkwardKind::kBadToken;
  Share share;              ///< of the clients
  int64_t bytes_per_s = 0;  ///< of kSlowRead
  int64_t pause_ns = 0;     ///< of kSplitFrame

  friend bool operator==(const Awkward&, const Awkward&) = default;
};

/// "bad-token:1%,slow-read:1%:1KB/s,split-frame:5%:3s": every kind at most once, its share and, where it has one, its
/// parameter. Shares are of all clients, add up to 100 % at most and do not overlap.
class AwkwardList {
 public:
  static constexpr int64_t kSlowBytesPerS = 1 << 10;  ///< unless said otherwise
  static constexpr int64_t kMostBytesPerS = int64_t{1} << 30;
  static constexpr int64_t kPauseNs = 3'000'000'000;  ///< unless said otherwise
  static constexpr int64_t kMostPauseNs = 3'600'000'000'000;

  /// kInvalidArgument with a line about the value alone, in every language. No text: none.
  static absl::StatusOr<AwkwardList> Parse(std::string_view text);

  /// As Parse() reads it, with every parameter.
  const std::string& text() const { return text_; }

  bool empty() const { return list_.empty(); }
  const std::vector<Awkward>& list() const { return list_; }
  bool Has(AwkwardKind kind) const;

  // Of places 0 to `places` - 1, which are as many as there are clients, and at most 100 million:
  /// What the one at `place` is; null: it behaves well. The same everywhere, and spread evenly over the places.
  const Awkward* At(int64_t place, int64_t places) const;
  /// How many are the `index`th of list(): the share, rounded so that it is exact to one and all of them together are.
  int64_t CountOf(size_t index, int64_t places) const;
  /// How many behave badly.
  int64_t Count(int64_t places) const;

  friend bool operator==(const AwkwardList&, const AwkwardList&) = default;

 private:
  std::vector<Awkward> list_;
  std::string text_;
};

}  // namespace wsload
