#include "controller/output/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>

#include "common/util/text.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

TEST(JsonWriter, KeepsWhatIsShortOnOneLine) {
  std::string out;
  JsonWriter json(out);
  json.Object(Layout::kLines, [&] {
    json.Member("name", "h1");
    json.Array("buckets", Layout::kOneLine, [&] {
      for (int i : {1, 2}) {
        json.Array(Layout::kLines, [&] {
          json.Value(i);
          json.Value(10 * i);
        });
      }
    });
    json.Object("empty", Layout::kLines, [] {});
    json.Array("agents", Layout::kLines, [&] {
      json.Object(Layout::kLines, [&] { json.Member("state", "done"); });
      json.Object(Layout::kOneLine, [&] {
        json.Member("state", "lost");
        json.Object("cpu", Layout::kLines, [&] { json.Member("user_us", int64_t{7}); });
      });
    });
    json.Member("last", true);
  });
  EXPECT_EQ(out,
            "{\n"
            "  \"name\": \"h1\",\n"
            "  \"buckets\": [[1,10],[2,20]],\n"
            "  \"empty\": {},\n"
            "  \"agents\": [\n"
            "    {\n"
            "      \"state\": \"done\"\n"
            "    },\n"
            "    {\"state\":\"lost\",\"cpu\":{\"user_us\":7}}\n"
            "  ],\n"
            "  \"last\": true\n"
            "}");
}

TEST(JsonWriter, WritesEveryKindOfValue) {
  std::string out;
  JsonWriter json(out);
  json.Array(Layout::kOneLine, [&] {
    json.Null();
    json.Value(true);
    json.Value(std::numeric_limits<int64_t>::min());
    json.Value(std::numeric_limits<uint64_t>::max());
    json.Value(int32_t{-5});
    json.Value(size_t{5});
    json.Value(0.03);
    json.Value(20'000.0);
    json.Value("text");
    json.Value(std::string("more"));
    json.Value(std::optional<int64_t>());
    json.Value(std::optional<int64_t>(9));
  });
  EXPECT_EQ(out, "[null,true,-9223372036854775808,18446744073709551615,-5,5,0.03,20000.0,\"text\",\"more\",null,9]");
}

TEST(JsonWriter, ANumberThatJsonDoesNotHaveIsNull) {
  std::string out;
  JsonWriter json(out);
  json.Array(Layout::kOneLine, [&] {
    json.Value(std::numeric_limits<double>::infinity());
    json.Value(-std::numeric_limits<double>::infinity());
    json.Value(std::nan(""));
  });
  EXPECT_EQ(out, "[null,null,null]");
}

TEST(JsonWriter, AnyBytesMakeAValidDocument) {
  std::mt19937 random(5);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 20, '\0');
    for (char& c : text) c = static_cast<char>(random());
    std::string out;
    JsonWriter json(out);
    json.Object(round % 2 == 0 ? Layout::kLines : Layout::kOneLine, [&] { json.Member(text, text); });
    const auto parsed = nlohmann::json::parse(out, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << Shown(text);
    ASSERT_EQ(parsed.begin().key(), ReplaceInvalidUtf8(text));
    ASSERT_EQ(parsed.begin().value(), ReplaceInvalidUtf8(text));
  }
}

TEST(JsonWriter, NumbersComeBackExactly) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 2'000; ++round) {
    const uint64_t bits = random();
    double number = 0;
    static_assert(sizeof number == sizeof bits);
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) continue;
    std::string out;
    JsonWriter json(out);
    json.Array(Layout::kOneLine, [&] { json.Value(number); });
    ASSERT_EQ(nlohmann::json::parse(out)[0].get<double>(), number) << out;
  }
}

}  // namespace
}  // namespace wsload
