#include "common/util/size_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "common/util/local_error.h"

namespace wsload {
namespace {

constexpr std::array<std::pair<char, int64_t>, 3> kSizeUnits = {{
    {'g', int64_t{1} << 30},
    {'m', int64_t{1} << 20},
    {'k', int64_t{1} << 10},
}};

}  // namespace

absl::StatusOr<int64_t> ParseSize(std::string_view text) {
  int64_t unit = 1;
  if (!text.empty()) {
    for (const auto& [letter, bytes] : kSizeUnits) {
      if (text.back() == letter || text.back() == letter - 'a' + 'A') unit = bytes;
    }
  }
  if (unit != 1) text.remove_suffix(1);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size();
  if (whole && (error == std::errc::result_out_of_range ||
                (error == std::errc() && value > std::numeric_limits<int64_t>::max() / unit))) {
    return LocalInvalidArgument(
        {"too large a size; write for example 100, 64k or 2m", "大小过大；例如写作 100、64k 或 2m"});
  }
  if (!whole || error != std::errc() || value < 0) {
    return LocalInvalidArgument(
        {"not a size; write bytes, for example 100, 64k or 2m", "不是大小；请写字节数，例如 100、64k 或 2m"});
  }
  return value * unit;
}

std::string FormatSize(int64_t bytes) {
  for (const auto& [letter, unit] : kSizeUnits) {
    if (bytes != 0 && bytes % unit == 0) return fmt::format("{}{}", bytes / unit, letter);
  }
  return fmt::format("{}", bytes);
}

}  // namespace wsload
