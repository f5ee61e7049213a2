#include "common/util/local_error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "common/util/system_error.h"

namespace wsload {
namespace {

TEST(LocalError, HasALineInEveryLanguage) {
  const absl::Status inner = LocalInvalidArgument({"must be at most {}", "不得大于 {}"}, 5);
  const absl::Status outer = LocalInvalidArgument({"{}: {}", "{}：{}"}, "-clients=6", inner);
  EXPECT_EQ(outer.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Text(outer), "-clients=6: must be at most 5");
  EXPECT_EQ(ErrorText(outer, Language::kEnglish), "-clients=6: must be at most 5");
  EXPECT_EQ(ErrorText(outer, Language::kChinese), "-clients=6：不得大于 5");
}

TEST(LocalError, LinesAreJoinedInEveryLanguage) {
  LocalString line = LocalString("one", "一");
  line += {"; ", "；"};
  line += "h1:7400";
  EXPECT_EQ(line.In(Language::kEnglish), "one; h1:7400");
  EXPECT_EQ(line.In(Language::kChinese), "一；h1:7400");
  LocalString plain = "h1:7400";
  plain += " ";
  EXPECT_EQ(plain.chinese(), "") << "the same in both";
  plain += {"lost", "失联"};
  EXPECT_EQ(plain.In(Language::kChinese), "h1:7400 失联");
  EXPECT_EQ(TextsIn(Language::kChinese, {line, "x"}), (std::vector<std::string>{"一；h1:7400", "x"}));
}

TEST(LocalError, SystemErrorsAreChineseToo) {
  EXPECT_EQ(SystemErrorLines(ENOENT).english(), "No such file or directory");
  EXPECT_EQ(SystemErrorLines(ENOENT).In(Language::kChinese), "没有该文件或目录");
  EXPECT_EQ(SystemErrorLines(EBADMSG).In(Language::kChinese), "Bad message") << "better than nothing";
}

TEST(LocalError, WithoutOneIsEnglish) {
  EXPECT_EQ(ErrorText(InvalidArgument("want json or proto"), Language::kChinese), "want json or proto");
}

}  // namespace
}  // namespace wsload
