#include "common/plan/field.h"

#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

/// As an error line shows a number: a size in bytes, so that it can be compared.
std::string NumberText(Unit unit, int64_t value) {
  return unit == Unit::kNanoseconds ? FormatDuration(value) : fmt::format("{}", value);
}

template <typename Number>
absl::Status OutOfRange(const FieldInfo& info, Number value, std::string_view shown) {
  // Written so that no number, NaN, is out of every range.
  if (!(value >= static_cast<Number>(info.least))) {
    if (info.unit == Unit::kNanoseconds && info.least == 1) {
      return LocalInvalidArgument(
          {"-{}={}: must be more than 0; for example -{}={}", "-{}={}：必须大于 0；例如 -{}={}"}, info.flag, shown,
          info.flag, info.example);
    }
    return LocalInvalidArgument({"-{}={}: must be at least {}; for example -{}={}", "-{}={}：不得小于 {}；例如 -{}={}"},
                                info.flag, shown, NumberText(info.unit, info.least), info.flag, info.example);
  }
  if (value <= static_cast<Number>(info.most)) return absl::OkStatus();
  return LocalInvalidArgument({"-{}={}: must be at most {}; for example -{}={}", "-{}={}：不得大于 {}；例如 -{}={}"},
                              info.flag, shown, NumberText(info.unit, info.most), info.flag, info.example);
}

}  // namespace

absl::StatusOr<int32_t> field_internal::ToInt32(int64_t value) {
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (value < kLeast || value > kMost) {
    return LocalInvalidArgument({"out of range; must be from {} to {}", "超出范围；必须在 {} 到 {} 之间"}, kLeast,
                                kMost);
  }
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
