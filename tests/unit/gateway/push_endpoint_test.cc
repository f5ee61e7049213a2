#include "tests/gateway/push_endpoint.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/util/status.h"

namespace wsload::gateway {
namespace {

TEST(PushRequest, ReadsAUserAListAndAll) {
  auto request = ParsePushRequest(R"({"to": 10001, "text": "h\u00e9llo", "more": [1]})");
  ASSERT_TRUE(request.ok()) << Text(request.status());
  EXPECT_FALSE(request->all);
  EXPECT_EQ(request->users, (std::vector<int64_t>{10001}));
  EXPECT_EQ(request->text, "h\xc3\xa9llo");
  request = ParsePushRequest(R"({"text": "", "to": [3, -1, 3, 9223372036854775807]})");
  ASSERT_TRUE(request.ok()) << Text(request.status());
  EXPECT_EQ(request->users, (std::vector<int64_t>{-1, 3, 9223372036854775807})) << "each once";
  request = ParsePushRequest(R"({"text": "x", "to": "all"})");
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->all);
  EXPECT_TRUE(request->users.empty());
}

TEST(PushRequest, SaysWhatIsWanted) {
  for (const std::string& body :
       {std::string(""), std::string("{"), std::string("[]"), std::string("\"all\""), std::string(R"({"to": 1})"),
        std::string(R"({"to": 1, "text": 2})"), std::string(R"({"text": "x"})"),
        std::string(R"({"to": "everybody", "text": "x"})"), std::string(R"({"to": [], "text": "x"})"),
        std::string(R"({"to": [1, "2"], "text": "x"})"), std::string(R"({"to": 1.5, "text": "x"})"),
        std::string(R"({"to": 9223372036854775808, "text": "x"})"), std::string(R"({"to": null, "text": "x"})"),
        std::string("{\"to\": 1, \"text\": \"\xff\"}"), std::string(100'000, '[')}) {
    const auto request = ParsePushRequest(body);
    ASSERT_FALSE(request.ok()) << body.substr(0, 80);
    EXPECT_TRUE(Text(request.status()).starts_with("want ")) << Text(request.status());
  }
}

}  // namespace
}  // namespace wsload::gateway
