#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/compare/output/compare_html.h"
#include "controller/compare/output/compare_json.h"
#include "controller/compare/output/compare_text.h"
#include "tests/unit/controller/simulated_runs.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

Comparison Sample(int runs = 4) {
  std::mt19937_64 random(1);
  const SimulatedServer server{.second_spread = 0.02, .run_spread = 0.005};
  SimulatedServer slower = server;
  slower.level_us *= 1.25;
  std::vector<RunSample> a = SimulateSide(server, runs, 0, random);
  a[0].name = "a|<b>&\"";
  return Compare(std::move(a), SimulateSide(slower, runs, 1, random), {});
}

TEST(CompareText, HasARowForEveryMetricInBothLanguages) {
  const Comparison comparison = Sample();
  const std::string english = CompareTable(Language::kEnglish, comparison);
  EXPECT_THAT(english, HasSubstr("A: 4 run(s), B: 4 run(s); a change of 5 % matters; seed 1\n"));
  EXPECT_THAT(english, HasSubstr("  response p50 "));
  EXPECT_THAT(english, HasSubstr("worse"));
  EXPECT_THAT(english, HasSubstr("  response p99.9: only 3 samples above it in a|<b>&\", 10 are needed\n"));
  const std::string chinese = CompareTable(Language::kChinese, comparison);
  EXPECT_THAT(chinese, HasSubstr("响应时间 p50"));
  EXPECT_THAT(chinese, HasSubstr("变差"));
  EXPECT_THAT(chinese, Not(HasSubstr("worse")));
}

TEST(CompareText, MarkdownKeepsItsTableWhole) {
  const std::string text = CompareMarkdown(Language::kEnglish, Sample());
  EXPECT_THAT(text, HasSubstr("| metric | A | B | change | 95 % interval | p | answer |\n| :-- |"));
  EXPECT_THAT(text, HasSubstr("a\\|\\<b\\>&amp;\""));
}

TEST(CompareText, ChangesAndTheirIntervals) {
  EXPECT_EQ(ChangeText(1.099), "+9.9 %");
  EXPECT_EQ(ChangeText(0.5), "-50.0 %");
  EXPECT_EQ(ChangeText(0.9999), "0.0 %");
  EXPECT_EQ(ChangeText(1.1), "+10.0 %");
  EXPECT_EQ(IntervalText({}), "-");
  EXPECT_EQ(PText({.p_adjusted = 0.0001}), "<0.001");
  EXPECT_EQ(PText({.p_adjusted = 0.0079}), "0.008");
}

TEST(CompareJson, HasEveryFigure) {
  const Json json = Json::parse(CompareJson(Sample()));
  EXPECT_EQ(json["schema"], "wsload.compare/1");
  EXPECT_EQ(json["seed"], 1);
  EXPECT_EQ(json["a"].size(), 4u);
  ASSERT_EQ(json["metrics"].size(), kMetrics.size());
  const Json& p50 = json["metrics"][0];
  EXPECT_EQ(p50["metric"], "response_us_p50");
  EXPECT_EQ(p50["answer"], "worse");
  EXPECT_EQ(p50["a"].size(), 4u);
  EXPECT_LT(p50["ratio_low"].get<double>(), p50["ratio"].get<double>());
  EXPECT_LT(p50["p_adjusted"].get<double>(), 0.05);
  const Json& p99_9 = json["metrics"][3];
  EXPECT_EQ(p99_9["answer"], "not_compared");
  EXPECT_TRUE(p99_9["ratio"].is_null());
  EXPECT_EQ(p99_9["remarks"][0]["kind"], "too_few_samples_above");
}

TEST(CompareHtml, IsOneFileInBothLanguagesWithoutAnythingFromElsewhere) {
  const std::string html = CompareHtml(Language::kChinese, Sample());
  EXPECT_THAT(html, HasSubstr("<html lang=\"zh\">"));
  EXPECT_THAT(html, HasSubstr("id=\"zh\" aria-label=\"中文\" checked"));
  EXPECT_THAT(html, HasSubstr("<span lang=\"en\">response p50</span><span lang=\"zh\">响应时间 p50</span>"));
  EXPECT_THAT(html, HasSubstr("a|&lt;b&gt;&amp;&quot;"));
  EXPECT_THAT(html, HasSubstr("<polyline class=\"curve b\""));
  EXPECT_THAT(html, Not(HasSubstr("http")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
}

TEST(CompareHtml, OfOneRunASideToo) {
  const std::string html = CompareHtml(Language::kEnglish, Sample(1));
  EXPECT_THAT(html, HasSubstr("within these two runs"));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace wsload
