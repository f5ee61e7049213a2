// -tag: what a result is found by later.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload {

/// Names with their values, each name once.
class TagList {
 public:
  /// None.
  TagList() = default;

  /// "build=512,branch=main", blanks around the commas or none: at most 32. An empty text: none. kInvalidArgument: a
  /// line about the text alone.
  static absl::StatusOr<TagList> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  const std::vector<std::pair<std::string, std::string>>& tags() const { return tags_; }

  friend bool operator==(const TagList&, const TagList&) = default;

 private:
  std::string text_;
  std::vector<std::pair<std::string, std::string>> tags_;
};

}  // namespace wsload
