#include "common/lives/share.h"

#include <charconv>
#include <cmath>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {

absl::StatusOr<Share> Share::Parse(std::string_view text) {
  std::string_view number = Trimmed(text);
  double scale = kWhole;
  if (number.ends_with('%')) {
    number.remove_suffix(1);
    scale /= 100;
  }
  double value = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  const double millionths = value * scale;
  if (error != std::errc() || end != number.data() + number.size() || !(millionths >= 0) || millionths > kWhole) {
    return LocalInvalidArgument(
        {"{}: want a share from 0 to 100%; for example 50%, or 0.5", "{}：应为 0 到 100% 的比例；例如 50% 或 0.5"},
        Shown(text));
  }
  Share share;
  share.millionths_ = std::llround(millionths);
  return share;
}

std::string Share::text() const {
  std::string text = fmt::format("{}.{:04}", millionths_ / 10'000, millionths_ % 10'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + "%";
}

}  // namespace wsload
