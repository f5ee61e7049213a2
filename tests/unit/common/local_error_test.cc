#include "common/lang/local_error.h"

#include <gtest/gtest.h>

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

TEST(LocalError, WithoutOneIsEnglish) {
  EXPECT_EQ(ErrorText(InvalidArgument("want json or proto"), Language::kChinese), "want json or proto");
}

}  // namespace
}  // namespace wsload
