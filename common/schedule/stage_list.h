// The stages of a load, as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/schedule/rate.h"

namespace wsload {

/// A part of the run at whose end the rate is `to`.
struct Stage {
  std::string name;  ///< empty: it has none
  int64_t duration_ns = 0;
  Rate to;
  bool jump = false;  ///< the rate is `to` from its beginning on; else it goes there in a line from the rate before

  friend bool operator==(const Stage&, const Stage&) = default;
};

/// "30s:1000,peak=5m:@5000,30s:0": durations and the rates they lead to; '@' for a jump, and a name before '='.
class StageList {
 public:
  static constexpr size_t kMostStages = 1'000;
  static constexpr int64_t kMostNs = int64_t{30} * 24 * 3600 * 1'000'000'000;

  /// kInvalidArgument with a line about the value alone, in every language. No text: no stages.
  static absl::StatusOr<StageList> Parse(std::string_view text);

  /// As Parse() reads it.
  const std::string& text() const { return text_; }

  bool empty() const { return stages_.empty(); }
  const std::vector<Stage>& stages() const { return stages_; }
  /// Their sum, at most kMostNs.
  int64_t duration_ns() const { return duration_ns_; }

  friend bool operator==(const StageList&, const StageList&) = default;

 private:
  std::vector<Stage> stages_;
  int64_t duration_ns_ = 0;
  std::string text_;
};

}  // namespace wsload
