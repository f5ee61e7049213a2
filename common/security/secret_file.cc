#include "common/security/secret_file.h"

#include <algorithm>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {

absl::StatusOr<std::string> ReadSecretFile(std::string_view flag_name, const std::string& path) {
  constexpr size_t kMaxBytes = 64 * 1024;
  flag_name.remove_prefix(std::min(flag_name.find_first_not_of('-'), flag_name.size()));
  const auto refuse = [&](const LocalString& why) {
    return LocalInvalidArgument({"-{}={}: {}; give a readable file with the secret on one line",
                                 "-{}={}：{}；请给出可读的文件，其中一行为密钥"},
                                flag_name, Shown(path), why);
  };
  auto content = ReadSmallFile(path, kMaxBytes);
  if (!content.ok()) return refuse(ErrorLines(content.status()));
  if (content->ends_with('\n')) {
    content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
  }
  if (content->empty()) return refuse({"is empty", "为空"});
  return content;
}

}  // namespace wsload
