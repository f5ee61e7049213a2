#include "controller/output/tag_list.h"

#include <algorithm>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMostTags = 32;

}  // namespace

absl::StatusOr<TagList> TagList::Parse(std::string_view text) {
  TagList list;
  list.text_ = text;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view tag = Trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = tag.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return LocalInvalidArgument(
          {"want name=value; for example -tag=build=512", "应为 name=value；例如 -tag=build=512"});
    }
    std::string name(Trimmed(tag.substr(0, equals)));
    const auto same = [&](const auto& other) { return other.first == name; };
    if (std::any_of(list.tags_.begin(), list.tags_.end(), same)) {
      return LocalInvalidArgument({"\"{}\" is there twice; leave one out", "\"{}\" 出现了两次；请去掉一个"},
                                  Shown(name));
    }
    if (list.tags_.size() == kMostTags)
      return LocalInvalidArgument({"want at most {} tags", "最多 {} 个标签"}, kMostTags);
    list.tags_.emplace_back(std::move(name), Trimmed(tag.substr(equals + 1)));
  }
  return list;
}

}  // namespace wsload
