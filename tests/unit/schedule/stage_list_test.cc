#include "common/schedule/stage_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/util/local_error.h"

namespace wsload {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr int64_t kSecondNs = 1'000'000'000;

std::string Parsed(std::string_view text, Language language = Language::kEnglish) {
  const absl::StatusOr<StageList> list = StageList::Parse(text);
  return list.ok() ? list->text() : ErrorText(list.status(), language);
}

TEST(StageList, HoldsDurationsRatesNamesAndJumps) {
  const StageList list = *StageList::Parse("30s:1000, peak=5m:@5k ,cool_down-2 = 1m30s : 30/m,10s:0");
  EXPECT_EQ(list.stages(), (std::vector<Stage>{{"", 30 * kSecondNs, 1000, false},
                                               {"peak", 300 * kSecondNs, 5000, true},
                                               {"cool_down-2", 90 * kSecondNs, *Rate::Parse("0.5"), false},
                                               {"", 10 * kSecondNs, 0, false}}));
  EXPECT_EQ(list.duration_ns(), 430 * kSecondNs);
  EXPECT_EQ(list.text(), "30s:1000,peak=5m:@5000,cool_down-2=1m30s:0.5,10s:0");
  EXPECT_EQ(Parsed(list.text()), list.text()) << "reads what it wrote";
}

TEST(StageList, MayBeEmpty) {
  EXPECT_TRUE(StageList::Parse("")->empty());
  EXPECT_TRUE(StageList::Parse(" \t")->empty());
  EXPECT_EQ(StageList().duration_ns(), 0);
}

TEST(StageList, SaysOfEveryMistakeInOneLineWhatToWrite) {
  for (const char* text : {",", "30s:1000,", ",30s:1000", "30s", "1000", "peak=5m", "30s,1000"}) {
    EXPECT_THAT(Parsed(text), EndsWith("want a duration and a rate; for example 30s:1000, or 5m:@5000 for a jump"))
        << text;
    EXPECT_THAT(Parsed(text, Language::kChinese), EndsWith("应为时长和速率；例如 30s:1000，跳变则写 5m:@5000"));
  }
  for (const char* text : {"0s:1", "-1s:1", "30:1", ":1", "x:1", "inf:1", "1d:1", "1s:1,0:2"}) {
    EXPECT_THAT(Parsed(text), EndsWith("not a duration of more than 0; write for example 30s:1000 or 1m30s:1000"))
        << text;
    EXPECT_THAT(Parsed(text, Language::kChinese), EndsWith("时长须大于 0；例如 30s:1000 或 1m30s:1000"));
  }
  EXPECT_EQ(Parsed("30s:x"), "30s:x: not a rate; write for example 100, 2k (2000), 0.5, 30/m or 10/h");
  EXPECT_EQ(Parsed("30s:x", Language::kChinese), "30s:x：不是速率；例如 100、2k（即 2000）、0.5、30/m 或 10/h");
  EXPECT_THAT(Parsed("30s:@@5"), HasSubstr("not a rate"));
  EXPECT_THAT(Parsed("30s:1:2"), HasSubstr("not a rate"));
  EXPECT_THAT(Parsed("30s:200m"), HasSubstr("must be at most 100000000 messages a second"));
  for (const char* text : {"=1s:1", "a b=1s:1", "a{}=1s:1", "é=1s:1"}) {
    EXPECT_THAT(Parsed(text), HasSubstr("a name has at most 64 letters, digits, '-' or '_'")) << text;
    EXPECT_THAT(Parsed(text, Language::kChinese), HasSubstr("名称最多 64 个字母"));
  }
  EXPECT_THAT(Parsed(std::string(65, 'a') + "=1s:1"), HasSubstr("a name has at most 64"));
  EXPECT_EQ(Parsed("a=1s:1,b=1s:1,a=1s:2"), "two stages are named a; give each a name of its own, or none");
  EXPECT_EQ(Parsed("a=1s:1,a=1s:2", Language::kChinese), "有两个阶段名为 a；请使用不同的名称，或不命名");
  EXPECT_EQ(Parsed("720h:1,1ns:1"), "720h in all is the most");
  EXPECT_EQ(Parsed("720h:1,1ns:1", Language::kChinese), "合计不得超过 720h");
  std::string many;
  for (size_t i = 0; i <= StageList::kMostStages; ++i) many += "1s:1,";
  many.pop_back();
  EXPECT_EQ(Parsed(many), "at most 1000 stages");
  EXPECT_EQ(Parsed(many, Language::kChinese), "最多 1000 个阶段");
}

}  // namespace
}  // namespace wsload
