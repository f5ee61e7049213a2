#include "common/flags/bind_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/net/source_list.h"
#include "common/net/subprotocol_list.h"
#include "common/plan/compression.h"
#include "common/time/clock.h"
#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct Options {
  int64_t count = 10;
  int32_t threads = 0;
  int64_t wait_ns = kNsPerSecond;
  int64_t size_bytes = 1024;
  double share = 0.5;
  bool fast = false;
  bool careful = true;
  std::string name;
  SourceList from;
  HeaderList headers;
  std::string key;
  Compression pack = Compression::kOff;
  SubprotocolList words;
};

constexpr Field<Options> kFields[] = {
    {MemberOf<&Options::count>(), {.flag = "count", .help = {"how many", "多少"}, .in_short_help = true}},
    {MemberOf<&Options::threads>(), {.flag = "threads"}},
    {MemberOf<&Options::wait_ns>(), {.flag = "wait", .help = {"how long"}, .unit = Unit::kNanoseconds}},
    {MemberOf<&Options::size_bytes>(), {.flag = "size", .help = {"how big"}, .unit = Unit::kBytes}},
    {MemberOf<&Options::share>(), {.flag = "share"}},
    {MemberOf<&Options::fast>(), {.flag = "fast", .help = {"hurry"}}},
    {MemberOf<&Options::careful>(), {.flag = "careful", .help = {"take care"}}},
    {MemberOf<&Options::name>(), {.flag = "name", .has_flag = false}},
    {MemberOf<&Options::from>(), {.flag = "from", .repeat_value = false}},
    {MemberOf<&Options::headers>(), {.flag = "header", .help = {"a header"}, .repeat_value = false}},
    {MemberOf<&Options::pack>(), {.flag = "pack", .if_true = "context", .if_false = "off", .help = {"make it small"}}},
    {MemberOf<&Options::words>(), {.flag = "words", .is_list = true, .help = {"some words"}}},
    {MemberOf<&Options::key>(), {.name = "key", .flag = "key-file", .from_file = true, .help = {"the key"}}},
};

class BindFieldsTest : public testing::Test {
 protected:
  BindFieldsTest() { BindFields(flags_, Fields<Options>(kFields), options_, &paths_); }

  std::string Parse(const std::vector<std::string>& args) { return TextInBoth(flags_.Parse(args, {})); }

  Options options_;
  FilePaths paths_;
  FlagSet flags_{"wsload", "WSLOAD"};
};

TEST_F(BindFieldsTest, FlagsReachTheirMembers) {
  EXPECT_EQ(Parse({"-count=20", "-threads=3", "-wait=1m30s", "-size=2k", "-share=0.25", "-fast", "-nocareful",
                   "-from=127.0.0.2", "-header=A: 1", "-header=B:2 ", "-key-file=/run/key"}),
            "");
  EXPECT_EQ(options_.count, 20);
  EXPECT_EQ(options_.threads, 3);
  EXPECT_EQ(options_.wait_ns, 90 * kNsPerSecond);
  EXPECT_EQ(options_.size_bytes, 2048);
  EXPECT_EQ(options_.share, 0.25);
  EXPECT_TRUE(options_.fast);
  EXPECT_FALSE(options_.careful);
  EXPECT_EQ(options_.from.text(), "127.0.0.2");
  EXPECT_THAT(options_.headers, ElementsAre(Pair("A", "1"), Pair("B", "2")));
  EXPECT_EQ(options_.key, "") << "the caller reads the file";
  EXPECT_EQ(paths_.at("key"), "/run/key");
}

TEST_F(BindFieldsTest, AChoiceMayBeASwitch) {
  const auto pack = [this](const std::vector<std::string>& args) {
    FlagSet flags("wsload", "WSLOAD");
    BindFields(flags, Fields<Options>(kFields), options_, &paths_);
    const absl::Status parsed = flags.Parse(args, {});
    return parsed.ok() ? std::string(NameOf(options_.pack)) : std::string(Text(parsed));
  };
  EXPECT_EQ(pack({"-pack"}), "context");
  EXPECT_EQ(pack({"-nopack"}), "off");
  EXPECT_EQ(pack({"-pack=true"}), "context");
  EXPECT_EQ(pack({"-pack=no-context"}), "no-context");
  EXPECT_EQ(pack({"-pack=0"}), "off");
  EXPECT_EQ(pack({"--pack=context"}), "context");
  EXPECT_EQ(pack({"-pack=off"}), "off");
  EXPECT_EQ(pack({"-pack=maybe"}), "-pack=maybe: want one of off, context, no-context");
}

TEST_F(BindFieldsTest, AListGrowsWithEveryOccurrence) {
  EXPECT_EQ(Parse({"-words=a,b", "-words", "c", "-words= d"}), "");
  EXPECT_EQ(options_.words.text(), "a, b, c, d");
}

TEST_F(BindFieldsTest, AListIsCheckedWhole) {
  EXPECT_EQ(
      Parse({"-words=a", "-words=b c"}),
      "-words=b c: must be letters, digits and marks without blanks, with commas between several; for example chat "
      "or v12.stomp,v10.stomp");
}

TEST_F(BindFieldsTest, AnEarlierSourcesListIsNotAddedTo) {
  EXPECT_EQ(flags_.Parse({"-words=a"}, {{"WSLOAD_WORDS", "b"}}), absl::OkStatus());
  EXPECT_EQ(options_.words.text(), "a");
}

TEST_F(BindFieldsTest, ErrorLinesAreTheFlagSets) {
  EXPECT_EQ(Parse({"-count=x"}), "-count=x: not a whole number; write for example 10");
  EXPECT_EQ(Parse({"-threads=3000000000"}),
            "-threads=3000000000: out of range; must be from -2147483648 to 2147483647");
  EXPECT_EQ(Parse({"-wait=5"}), "-wait=5: not a duration; write for example 30s, 1m30s or 500ms");
  EXPECT_EQ(Parse({"-size=1x"}), "-size=1x: not a size; write bytes, for example 100, 64k or 2m");
  EXPECT_EQ(Parse({"-fast=maybe"}), "-fast=maybe: not a truth value; write true or false");
  EXPECT_THAT(Parse({"-from=nowhere"}), HasSubstr("-from: \"nowhere\" is no IP address"));
  EXPECT_EQ(Parse({"-header=Bearer-s3cret"}), "-header: want \"Name: value\"; for example -header='X-AutoClose: true'");
  EXPECT_THAT(Parse({"-name=x"}), HasSubstr("unknown flag -name")) << "the row has no flag";
}

TEST_F(BindFieldsTest, TheHelpShowsTheMembersValues) {
  const std::string usage = flags_.Usage({"intro"}, true);
  for (const char* line :
       {"-count     how many (default 10)", "-wait      how long (default 1s)", "-size      how big (default 1k)",
        "-fast      hurry\n", "-careful   take care (default true)", "-header    a header (repeatable)",
        "-key-file  the key\n", "-pack      make it small\n", "-words     some words (repeatable)"}) {
    EXPECT_THAT(usage, HasSubstr(line));
  }
}

TEST(FormatValue, IsReadBack) {
  const FieldInfo none;
  const FieldInfo duration{.unit = Unit::kNanoseconds};
  const FieldInfo size{.unit = Unit::kBytes};
  const std::pair<const FieldInfo*, FieldValue> values[] = {{&none, true},
                                                            {&none, int64_t{-7}},
                                                            {&none, 0.25},
                                                            {&none, std::string("text")},
                                                            {&duration, int64_t{0}},
                                                            {&duration, 90 * kNsPerSecond},
                                                            {&size, int64_t{64 << 10}}};
  for (const auto& [info, value] : values) {
    const std::string text = FormatValue(*info, value);
    const auto back = ParseValue(*info, value, text);
    ASSERT_TRUE(back.ok()) << text;
    EXPECT_EQ(*back, value) << text;
  }
  EXPECT_EQ(FormatValue(none, HeaderList{{"A", "1"}, {"B", ""}}), "A: 1, B: ");
}

}  // namespace
}  // namespace wsload
