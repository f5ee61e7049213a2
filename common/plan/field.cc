#include "common/plan/field.h"

#include "common/time/duration.h"
#include "common/util/text.h"

namespace wsload {
namespace {

/// As an error line shows a number: a size in bytes, so that it can be compared.
std::string NumberText(Unit unit, int64_t value) {
  return unit == Unit::kNanoseconds ? FormatDuration(value) : fmt::format("{}", value);
}

template <typename Number>
absl::Status OutOfRange(const FieldInfo& info, Number value, std::string_view shown) {
  std::string bound;
  // Written so that no number, NaN, is out of every range.
  if (!(value >= static_cast<Number>(info.least))) {
    const bool any_positive = info.unit == Unit::kNanoseconds && info.least == 1;
    bound = any_positive ? "more than 0" : fmt::format("at least {}", NumberText(info.unit, info.least));
  } else if (!(value <= static_cast<Number>(info.most))) {
    bound = fmt::format("at most {}", NumberText(info.unit, info.most));
  } else {
    return absl::OkStatus();
  }
  return InvalidArgument("-{}={}: must be {}; for example -{}={}", info.flag, shown, bound, info.flag, info.example);
}

}  // namespace

absl::StatusOr<int32_t> field_internal::ToInt32(int64_t value) {
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (value < kLeast || value > kMost) return InvalidArgument("out of range; must be from {} to {}", kLeast, kMost);
  return static_cast<int32_t>(value);
}

std::string ShownFlag(const FieldInfo& info, std::string_view value) {
  return info.repeat_value ? fmt::format("-{}={}", info.flag, Shown(value)) : fmt::format("-{}", info.flag);
}

absl::Status CheckRange(const FieldInfo& info, const FieldValue& value) {
  if (const int64_t* whole = std::get_if<int64_t>(&value)) {
    if (*whole == 0 && info.or_zero) return absl::OkStatus();
    return OutOfRange(info, *whole, NumberText(info.unit, *whole));
  }
  if (const double* number = std::get_if<double>(&value)) return OutOfRange(info, *number, fmt::format("{}", *number));
  return absl::OkStatus();
}

}  // namespace wsload
