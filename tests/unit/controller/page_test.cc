#include "controller/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "common/util/status.h"
#include "controller/page/report_data.h"

namespace wsload {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSchemaMember[] = R"("schema":"wsload.result/2")";

std::string ResultWith(const std::string& members) { return fmt::format("{{{},{}}}", kSchemaMember, members); }

/// What stands in the page's element of data.
std::string DataIn(const std::string& page) {
  const std::string begin = R"(<script type="application/json" id="data">)";
  const size_t at = page.find(begin) + begin.size();
  return page.substr(at, page.find("</script>", at) - at);
}

TEST(Page, HoldsTheResultAsItIs) {
  const std::string result = ResultWith(R"("run_id":"r1","n":[1,-2.5,1e-7,18446744073709551615,null,true,"x"],"o":{})");
  const absl::StatusOr<std::string> page = ReportHtml(result, Language::kChinese);
  ASSERT_TRUE(page.ok()) << Text(page.status());
  const Json data = Json::parse(DataIn(*page));
  EXPECT_EQ(data["page"], Json({{"language", "zh"}, {"live", false}}));
  EXPECT_EQ(data["result"], Json::parse(result));
}

TEST(Page, NothingInAResultEndsTheElementItStandsIn) {
  const std::string hostile =
      "</script><script>alert(1)</script><!--<script>&lt;\xe2\x80\xa8\xe2\x80\xa9]]>\" onload=\"x\xe2\x80\xaa";
  const Json result = {{"schema", "wsload.result/2"}, {hostile, hostile}};
  const absl::StatusOr<std::string> page = ReportHtml(result.dump(), Language::kEnglish);
  ASSERT_TRUE(page.ok());
  const std::string data = DataIn(*page);
  EXPECT_EQ(data.find_first_of("<>&"), std::string::npos);
  EXPECT_THAT(data, Not(HasSubstr("\xe2\x80\xa8")));
  EXPECT_THAT(data, Not(HasSubstr("\xe2\x80\xa9")));
  EXPECT_EQ(Json::parse(data)["result"], result);
  // Beside the data, all pages are one.
  const absl::StatusOr<std::string> other = ReportHtml(ResultWith(R"("a":1)"), Language::kEnglish);
  EXPECT_EQ(page->size() - data.size(), other->size() - DataIn(*other).size());
}

TEST(Page, AllowsItsOwnScriptsAlone) {
  const std::string page = *ReportHtml(ResultWith(R"("a":1)"), Language::kEnglish);
  const std::string policy = page.substr(0, page.find("<style>"));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("connect-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(LivePagePolicy(), HasSubstr("connect-src 'self'"));
  // The licence of what is not ours travels with it.
  EXPECT_THAT(page, HasSubstr("dygraphs is MIT-licenced"));
  EXPECT_THAT(page, Not(HasSubstr("sourceMappingURL")));
}

TEST(Page, TheLivePageKnowsItsSecret) {
  EXPECT_EQ(Json::parse(DataIn(LivePageHtml(Language::kEnglish, "0123456789abcdef")))["page"]["secret"],
            "0123456789abcdef");
}

TEST(ReportData, LeavesOutTheHistogramsOfSingleAgents) {
  const std::string result = ResultWith(
      R"("latency_us":{"response":{"p50":1,"histogram":{"buckets":[[1,2]]}}},)"
      R"("agents":[{"name":"a","latency_us":{"response":{"p50":1,"histogram":{"buckets":[[1,2]]},"max":3}}},)"
      R"({"histogram":1}],)"
      R"("histogram":"kept")");
  const Json data = Json::parse(*ReportData(result));
  EXPECT_EQ(data["latency_us"]["response"]["histogram"]["buckets"][0][1], 2);
  EXPECT_EQ(data["agents"][0]["latency_us"]["response"], Json({{"p50", 1}, {"max", 3}}));
  EXPECT_EQ(data["agents"][1], Json::object());
  EXPECT_EQ(data["histogram"], "kept");
}

TEST(ReportData, ThinsALongSeries) {
  std::string series;
  for (int i = 1; i <= 10'800; ++i) {
    series +=
        fmt::format(R"({}{{"phase":"measure","interval":{},"elapsed_s":{},"scheduled":10,"response_us":{{"p99":{}}}}})",
                    i == 1 ? "" : ",", i - 1, i, i == 5000 ? 777 : 5);
  }
  const Json points = Json::parse(*ReportData(ResultWith("\"series\":[" + series + "]")))["series"];
  ASSERT_EQ(points.size(), kMostReportPoints);
  EXPECT_EQ(
      points[0],
      Json(
          {{"phase", "measure"}, {"interval", 0}, {"elapsed_s", 3}, {"scheduled", 30}, {"response_us", {{"p99", 5}}}}));
  EXPECT_EQ(points[4999 / 3]["response_us"]["p99"], 777);
}

TEST(ReportData, TakesNothingElse) {
  for (const std::string text :
       {"", "null", "[]", "3", "{}", R"({"schema":"wsload.result/1"})", R"({"schema":2})",
        R"({"a":{"schema":"wsload.result/2"}})", R"({"schema":"wsload.result/2","series":[1]})",
        R"({"schema":"wsload.result/2"} x)", R"({"schema":"wsload.result/2","a":"\ud800"})"}) {
    const absl::Status status = ReportData(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(Text(status)), testing::StartsWith("is no ")) << text;
  }
  EXPECT_FALSE(ReportData("{\"schema\":\"wsload.result/2\",\"a\":\"\xff\"}").ok()) << "not UTF-8";
  // Deeper than any stack of calls.
  EXPECT_FALSE(ReportData(std::string(1'000'000, '[')).ok());
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_TRUE(ReportData(ResultWith("\"a\":" + deep)).ok());
}

}  // namespace
}  // namespace wsload
