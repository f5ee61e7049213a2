// What a run is judged by, and what is done about it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/plan/field.h"
#include "common/util/choice.h"
#include "controller/result/threshold_list.h"

namespace wsload {

/// -abort-on-fail: how long a threshold is broken before the run is stopped.
class AbortOnFail {
 public:
  /// Never.
  AbortOnFail() = default;

  /// "10s", or "off". kInvalidArgument: a line about the text alone.
  static absl::StatusOr<AbortOnFail> Parse(std::string_view text);

  std::string text() const;
  int64_t after_ns() const { return after_ns_; }  ///< 0: never

  friend bool operator==(const AbortOnFail&, const AbortOnFail&) = default;

 private:
  int64_t after_ns_ = 0;
};

/// Which measurements are good enough to pass, beside a valid one.
enum class Accepted { kNothing, kGeneratorLimited };

template <>
inline constexpr std::array kChoices<Accepted> = {Choice{Accepted::kGeneratorLimited, "generator-limited"},
                                                  Choice{Accepted::kNothing, "nothing"}};

/// Agents never see it.
struct JudgeOptions {
  ThresholdList thresholds;
  AbortOnFail abort_on_fail;
  Accepted accept = Accepted::kNothing;
};

/// Flag and help of every member.
Fields<JudgeOptions> JudgeFields();

}  // namespace wsload
