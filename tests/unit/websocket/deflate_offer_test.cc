#include "agent/websocket/deflate_offer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

/// What was agreed, or what is wrong.
std::string Agreed(std::string_view answer, Compression wanted = Compression::kContext) {
  DeflateParams params;
  const LocalString refusal = ReadDeflateAnswer(answer, wanted, &params);
  const std::string& wrong = refusal.english();
  EXPECT_TRUE(refusal.empty() || IsChinese(refusal.In(Language::kChinese)));
  EXPECT_TRUE(wrong.empty() || !params.enabled) << wrong;
  if (!wrong.empty()) return wrong;
  return params.enabled ? DeflateName(params) : "nothing";
}

TEST(DeflateOffer, HasTheWindowWithAndWithoutItsValue) {
  EXPECT_EQ(DeflateOffer(Compression::kOff), "");
  EXPECT_EQ(DeflateOffer(Compression::kContext),
            "permessage-deflate; client_max_window_bits=15, permessage-deflate; client_max_window_bits");
  EXPECT_THAT(std::string(DeflateOffer(Compression::kNoContext)),
              HasSubstr("permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                        "client_max_window_bits=15, "));
}

TEST(ReadDeflateAnswer, TakesWhatWasOffered) {
  EXPECT_EQ(Agreed(""), "nothing") << "the server need not take it";
  EXPECT_EQ(Agreed("", Compression::kOff), "nothing");
  EXPECT_EQ(Agreed("permessage-deflate"), "context_15/context_15");
  EXPECT_EQ(Agreed("Permessage-Deflate ;client_max_window_bits=12"), "context_12/context_15");
  EXPECT_EQ(Agreed("permessage-deflate; server_max_window_bits=\"10\"; client_max_window_bits = 9"),
            "context_9/context_10");
  EXPECT_EQ(Agreed("permessage-deflate; server_no_context_takeover"), "context_15/no_context_15");
  EXPECT_EQ(Agreed("permessage-deflate; client_no_context_takeover"), "no_context_15/context_15")
      << "a server may ask for it unasked";
}

TEST(ReadDeflateAnswer, ARunWithoutContextKeepsNoneWhateverTheServerSays) {
  EXPECT_EQ(Agreed("permessage-deflate", Compression::kNoContext), "no_context_15/context_15");
  EXPECT_EQ(Agreed("permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                   "client_max_window_bits=15",
                   Compression::kNoContext),
            "no_context_15/no_context_15");
}

TEST(ReadDeflateAnswer, RefusesTheRest) {
  EXPECT_EQ(Agreed("permessage-deflate", Compression::kOff), "no extension was offered");
  EXPECT_EQ(Agreed("x-webkit-deflate-frame"), "only permessage-deflate was offered");
  EXPECT_EQ(Agreed("permessage-deflate, permessage-deflate"), "it chose more than one");
  EXPECT_EQ(Agreed("permessage-deflate; unknown=1"), "\"unknown\" is no parameter of it");
  for (const char* bits : {"", "=", "=7", "=16", "=015", "=+9", "=\"", "=\"15", "=1 5"}) {
    for (const std::string name : {"client_max_window_bits", "server_max_window_bits"}) {
      EXPECT_EQ(Agreed("permessage-deflate; " + name + bits), name + " must have a value from 8 to 15");
    }
  }
  EXPECT_EQ(Agreed("permessage-deflate; client_max_window_bits=15; client_max_window_bits=15"),
            "client_max_window_bits is there twice");
  EXPECT_EQ(Agreed("permessage-deflate; server_no_context_takeover; server_no_context_takeover"),
            "server_no_context_takeover is there twice");
  EXPECT_EQ(Agreed("permessage-deflate; client_no_context_takeover=1"), "client_no_context_takeover has a value");
}

}  // namespace
}  // namespace wsload
