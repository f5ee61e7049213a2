#include "common/net/subprotocol_list.h"

#include <algorithm>

#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxSubprotocols = 32;
constexpr size_t kMaxSubprotocolBytes = 256;
constexpr std::string_view kSubprotocolBlanks = " \t";

std::string_view WithoutPadding(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSubprotocolBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSubprotocolBlanks) - begin + 1);
}

}  // namespace

absl::StatusOr<SubprotocolList> SubprotocolList::Parse(std::string_view text) {
  SubprotocolList list;
  if (WithoutPadding(text).empty()) return list;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view name = WithoutPadding(text.substr(begin, end - begin));
    begin = end + 1;
    if (!IsHttpToken(name) || name.size() > kMaxSubprotocolBytes) {
      return InvalidArgument(
          "must be letters, digits and marks without blanks, with commas between several; for example chat or "
          "v12.stomp,v10.stomp");
    }
    if (list.Contains(name)) return InvalidArgument("{} is there twice; name each once", name);
    if (list.names_.size() == kMaxSubprotocols) return InvalidArgument("at most {} of them", kMaxSubprotocols);
    list.names_.emplace_back(name);
    list.text_.append(list.text_.empty() ? "" : ", ").append(name);
  }
  return list;
}

bool SubprotocolList::Contains(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

}  // namespace wsload
