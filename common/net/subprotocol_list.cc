#include "common/net/subprotocol_list.h"

#include <algorithm>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxSubprotocols = 32;
constexpr size_t kMaxSubprotocolBytes = 256;

}  // namespace

absl::StatusOr<SubprotocolList> SubprotocolList::Parse(std::string_view text) {
  SubprotocolList list;
  if (Trimmed(text).empty()) return list;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view name = Trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    if (!IsHttpToken(name) || name.size() > kMaxSubprotocolBytes) {
      return LocalInvalidArgument(
          {"must be letters, digits and marks without blanks, with commas between several; for example chat or "
           "v12.stomp,v10.stomp",
           "必须由字母、数字和符号组成，不含空格，多个之间用逗号分隔；例如 chat 或 v12.stomp,v10.stomp"});
    }
    if (list.Contains(name))
      return LocalInvalidArgument({"{} is there twice; name each once", "{} 出现了两次；每个只写一次"}, name);
    if (list.names_.size() == kMaxSubprotocols)
      return LocalInvalidArgument({"at most {} of them", "最多 {} 个"}, kMaxSubprotocols);
    list.names_.emplace_back(name);
    list.text_.append(list.text_.empty() ? "" : ", ").append(name);
  }
  return list;
}

bool SubprotocolList::Contains(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

}  // namespace wsload
