#include "common/net/subprotocol_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

std::string Parsed(std::string_view text) {
  const auto list = SubprotocolList::Parse(text);
  return list.ok() ? list->text() : TextInBoth(list.status());
}

TEST(SubprotocolList, IsWrittenAsTheHeaderHasIt) {
  EXPECT_EQ(Parsed(""), "");
  EXPECT_EQ(Parsed(" "), "");
  EXPECT_EQ(Parsed("chat"), "chat");
  EXPECT_EQ(Parsed("v12.stomp,v10.stomp"), "v12.stomp, v10.stomp");
  EXPECT_EQ(Parsed(" v12.stomp ,\tv10.stomp"), "v12.stomp, v10.stomp");
  EXPECT_EQ(Parsed(Parsed("b, a")), "b, a") << "reads what it wrote";
}

TEST(SubprotocolList, RefusesWhatIsNoName) {
  for (const char* text : {"a b", "a,,b", ",a", "a,", "a;b", "\"a\"", "a,b\r\nX: 1", "é"}) {
    EXPECT_THAT(Parsed(text), HasSubstr("must be letters, digits and marks without blanks")) << text;
  }
  EXPECT_THAT(Parsed(std::string(257, 'a')), HasSubstr("must be"));
  EXPECT_EQ(Parsed("a,b,a"), "a is there twice; name each once");
  std::string many = "s0";
  for (int i = 1; i <= 32; ++i) many += ",s" + std::to_string(i);
  EXPECT_EQ(Parsed(many), "at most 32 of them");
}

TEST(SubprotocolList, ComparesToTheLetter) {
  const SubprotocolList list = *SubprotocolList::Parse("chat,Super");
  EXPECT_TRUE(list.Contains("chat"));
  EXPECT_TRUE(list.Contains("Super"));
  EXPECT_FALSE(list.Contains("super"));
  EXPECT_FALSE(list.Contains(""));
  EXPECT_FALSE(list.Contains("chat, Super"));
}

}  // namespace
}  // namespace wsload
