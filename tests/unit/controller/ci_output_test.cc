// What CI systems read of a run: JUnit, Markdown, annotations, one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/util/text.h"
#include "controller/output/ci_lines.h"
#include "controller/output/console_summary.h"
#include "controller/output/junit_xml.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/run_series.h"
#include "controller/output/threshold_lines.h"
#include "controller/result/threshold_judgement.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Of every kind one: broken, kept, not measured.
constexpr char kThreeThresholds[] = "p(99)<15ms,success_rate>=99%,push_p(99)<1s";

RunResult JudgedBy(const char* thresholds, Verdict verdict = Verdict::kValid, Accepted accept = Accepted::kNothing) {
  const JudgeOptions options{.thresholds = *ThresholdList::Parse(thresholds), .accept = accept};
  RunResult result = PerfectResult();
  result.verdict = verdict;
  if (verdict != Verdict::kValid) result.verdict_reasons = {{StatementKind::kSendLag, {12'000, 10'000, 80'000}}};
  ThresholdWatch watch(options.thresholds, 0);
  watch.Add({.phase = Phase::kMeasure, .from_s = 0, .to_s = 1}, PerfectMeasure(100));
  watch.Add({.phase = Phase::kMeasure, .from_s = 1, .to_s = 2}, PerfectMeasure(100));
  JudgeThresholds(watch, options, result);
  return result;
}

/// Elements as they nest, with what stands in their attributes: as strict as a parser of the little that is written.
class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : rest_(text) {}

  /// One line for each element, indented: "testcase name=measurement".
  std::string Read() {
    constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    EXPECT_TRUE(rest_.starts_with(kHead));
    rest_.remove_prefix(kHead.size());
    while (!rest_.empty() && !failed_) Next();
    EXPECT_TRUE(open_.empty()) << "not closed: " << open_.back();
    return out_;
  }

 private:
  void Fail(const std::string& why) {
    ADD_FAILURE() << why << " at: " << rest_.substr(0, 60);
    failed_ = true;
  }
  std::string_view Take(size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  void CheckText(std::string_view text) {
    EXPECT_TRUE(IsUtf8(text));
    for (size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if ((c < 0x20 && c != '\n') || c == '<' || c == '"') return Fail("an illegal character");
      if (c != '&') continue;
      const std::string_view entity = text.substr(i, text.find(';', i) - i);
      const bool known = entity == "&amp" || entity == "&lt" || entity == "&gt" || entity == "&quot" ||
                         entity == "&#9" || entity == "&#10" || entity == "&#13";
      if (!known) return Fail("an unknown entity");
    }
  }
  void Next() {
    if (!rest_.starts_with('<')) return CheckText(Take(rest_.find('<')));
    const size_t end = rest_.find('>');
    if (end == std::string_view::npos) return Fail("a tag without an end");
    std::string_view tag = Take(end + 1);
    tag = tag.substr(1, tag.size() - 2);
    if (tag.starts_with('/')) {
      if (open_.empty() || open_.back() != tag.substr(1)) return Fail("closes what is not open");
      open_.pop_back();
      return;
    }
    const bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    const std::string name(tag.substr(0, tag.find(' ')));
    out_ += std::string(2 * open_.size(), ' ') + name;
    std::string_view attributes = tag.substr(name.size());
    while (!attributes.empty()) {
      const size_t quote = attributes.find("=\"");
      const size_t close = attributes.find('"', quote + 2);
      if (attributes.front() != ' ' || quote == std::string_view::npos || close == std::string_view::npos) {
        return Fail("an attribute that is none");
      }
      CheckText(attributes.substr(quote + 2, close - quote - 2));
      out_ +=
          std::string(attributes.substr(0, quote + 1)) + std::string(attributes.substr(quote + 2, close - quote - 2));
      attributes.remove_prefix(close + 1);
    }
    out_ += "\n";
    if (!empty) open_.push_back(name);
  }

  std::string_view rest_;
  std::string out_;
  std::vector<std::string> open_;
  bool failed_ = false;
};

/// Without the plan.
std::string Elements(const std::vector<const RunResult*>& runs) {
  std::istringstream lines(XmlReader(JunitXml(runs)).Read());
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("property name=plan.") == std::string::npos) kept += line + "\n";
  }
  return kept;
}

TEST(JunitXml, HasACaseForTheMeasurementAndForEachThreshold) {
  const RunResult result = JudgedBy(kThreeThresholds);
  EXPECT_EQ(Elements({&result}),
            R"(testsuites name=wsload tests=4 failures=1 errors=1 skipped=0 time=3.030
  testsuite name=wsload tests=4 failures=1 errors=1 skipped=0 time=3.030 timestamp=2023-11-14T22:13:20
    properties
      property name=run_id value=0123456789abcdef
      property name=verdict value=VALID
      property name=outcome value=failed
    testcase classname=wsload name=measurement time=3.030
    testcase classname=wsload name=p(99)&lt;15ms time=0.000
      failure message=p(99) 20.1 ms, want &lt; 15 ms type=broken
    testcase classname=wsload name=success_rate&gt;=99% time=0.000
    testcase classname=wsload name=push_p(99)&lt;1s time=0.000
      error message=push_p(99)&lt;1s: not measured type=not_measured
    system-out
)");
}

TEST(JunitXml, PropertiesAreThePlanWithoutSecrets) {
  const RunResult result = JudgedBy("");
  const std::string xml = JunitXml({&result});
  EXPECT_THAT(xml, HasSubstr(R"(<property name="plan.clients" value="10"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<property name="plan.headers" value="Authorization, X-AutoClose"/>)"));
  for (const char* secret : {kSampleJwtKey, kSampleCipherKey, kSampleHeaderSecret, "url-secret"}) {
    EXPECT_THAT(xml, Not(HasSubstr(secret)));
  }
}

TEST(JunitXml, ALateGeneratorFailsNoThreshold) {
  const RunResult limited = JudgedBy(kThreeThresholds, Verdict::kGeneratorLimited);
  const std::string elements = Elements({&limited});
  EXPECT_THAT(elements, HasSubstr("tests=4 failures=0 errors=1 skipped=2"));
  EXPECT_THAT(elements, HasSubstr("      error message=messages left late: send lag p99 12.0 ms, bound 10.0 ms (max "
                                  "80.0 ms) type=GENERATOR_LIMITED\n"));
  EXPECT_THAT(elements, HasSubstr("      skipped message=p(99) 20.1 ms, want &lt; 15 ms; the figures describe"));
  const RunResult accepted = JudgedBy("p(99)<1s", Verdict::kGeneratorLimited, Accepted::kGeneratorLimited);
  EXPECT_THAT(Elements({&accepted}), HasSubstr("tests=2 failures=0 errors=0 skipped=0"));
}

TEST(JunitXml, ARunThatFailedByItselfSaysWhy) {
  RunResult failed = PerfectResult();
  failed.outcome = RunOutcome::kFailed;
  failed.outcome_reasons = {{StatementKind::kNothingSucceeded, {200, "timeout 200"}}};
  EXPECT_THAT(Elements({&failed}),
              HasSubstr("      failure message=none of 200 messages succeeded: timeout 200 type=failed\n"));
  failed.error = absl::UnavailableError("agent <h1>: \"no\"");
  EXPECT_THAT(Elements({&failed}),
              HasSubstr("      error message=agent &lt;h1&gt;: &quot;no&quot; type=not_carried_out\n"));
  RunResult interrupted = PerfectResult();
  interrupted.interrupted = true;
  EXPECT_THAT(Elements({&interrupted}), HasSubstr("type=interrupted"));
}

TEST(JunitXml, SeveralRunsAreSeveralSuites) {
  const RunResult result = JudgedBy("p(99)<1s");
  const std::string elements = Elements({&result, &result});
  EXPECT_THAT(elements, HasSubstr("testsuites name=wsload tests=4 failures=0"));
  EXPECT_THAT(elements, HasSubstr("  testsuite name=wsload run 1 tests=2"));
  EXPECT_THAT(elements, HasSubstr("  testsuite name=wsload run 2 tests=2"));
}

/// What a hostile server, agent or file name may put into any text.
const std::vector<std::string> kHostileTexts = {"<script>alert(1)</script>",
                                                "]]>",
                                                "a\"b'c",
                                                "&amp;&",
                                                "line\nbreak\r\ttab",
                                                std::string("\0\x01\x1b[31m\x7f", 8),
                                                "\xff\xfe\xc0\x80",
                                                "\xEF\xBF\xBE\xEF\xBF\xBF",
                                                "\xED\xA0\x80",
                                                "中文 `code` | pipe",
                                                "::error::x%0Ay",
                                                std::string(100'000, '<')};

TEST(Escaping, WhateverATextHoldsItIsStillXml) {
  for (const std::string& text : kHostileTexts) {
    RunResult result = JudgedBy(kThreeThresholds, Verdict::kDegraded);
    result.verdict_reasons = {{StatementKind::kAgentLost, {text}, text}};
    result.run_id = text;
    EXPECT_THAT(Elements({&result}), HasSubstr("type=DEGRADED"));
  }
  EXPECT_EQ(XmlText("a\x01\n\xff\xEF\xBF\xBF"), "a\xEF\xBF\xBD&#10;\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Escaping, WhateverATextHoldsItIsOneCellOfMarkdown) {
  for (const std::string& text : kHostileTexts) {
    const std::string escaped = MarkdownText(text);
    EXPECT_TRUE(IsUtf8(escaped));
    EXPECT_FALSE(HasControlCharacter(escaped));
    for (size_t i = 0; i < escaped.size(); ++i) {
      if (std::string_view("`|<>[]*_").find(escaped[i]) == std::string_view::npos) continue;
      ASSERT_TRUE(i > 0 && escaped[i - 1] == '\\') << escaped.substr(0, 80);
    }
  }
}

TEST(Escaping, AnAnnotationIsOneLineAndNoCommand) {
  for (const std::string& text : kHostileTexts) {
    RunResult result = JudgedBy("p(99)<15ms", Verdict::kDegraded);
    result.verdict_reasons = {{StatementKind::kAgentLost, {text}, text}};
    result.error = absl::UnavailableError(text);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\r') > 0, GithubLines(result).find("%0D") != std::string::npos);
    result.error = absl::OkStatus();
    std::istringstream lines(GithubLines(result));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(line.starts_with("::error title=wsload::") || line.starts_with("::warning title=wsload::")) << line;
    }
  }
}

TEST(GithubLines, AreErrorsOfTheServerAlone) {
  EXPECT_EQ(GithubLines(JudgedBy(kThreeThresholds)),
            "::error title=wsload::p(99) 20.1 ms, want < 15 ms\n"
            "::error title=wsload::push_p(99)<1s: not measured\n");
  EXPECT_EQ(GithubLines(JudgedBy("p(99)<1s")), "");
  EXPECT_EQ(GithubLines(JudgedBy("success_rate>=100%")), "");
  EXPECT_EQ(GithubLines(JudgedBy("p(99)<15ms", Verdict::kGeneratorLimited)),
            "::error title=wsload::Measurement: GENERATOR_LIMITED - messages left late: send lag p99 12.0 ms, bound "
            "10.0 ms (max 80.0 ms)\n"
            "::warning title=wsload::p(99) 20.1 ms, want < 15 ms\n");
  EXPECT_THAT(GithubLines(JudgedBy("p(99)<1s", Verdict::kGeneratorLimited, Accepted::kGeneratorLimited)),
              ::testing::StartsWith("::warning title=wsload::Measurement: GENERATOR_LIMITED"));
}

TEST(GithubLines, AreForItsRunner) {
  EXPECT_TRUE(IsUnderGithub(CiSystem::kAuto, {{"GITHUB_ACTIONS", "true"}}));
  EXPECT_FALSE(IsUnderGithub(CiSystem::kAuto, {{"CI", "true"}}));
  EXPECT_FALSE(IsUnderGithub(CiSystem::kNone, {{"GITHUB_ACTIONS", "true"}}));
  EXPECT_TRUE(IsUnderGithub(CiSystem::kGithub, {}));
}

TEST(StepSummary, IsAppendedToTheRunnersFile) {
  const std::string path = ::testing::TempDir() + "/step-summary.md";
  std::filesystem::remove(path);
  EXPECT_TRUE(AppendStepSummary({}, "lost").ok()) << "there is no such file outside of the runner";
  const Environment environment = {{"GITHUB_STEP_SUMMARY", path}};
  EXPECT_TRUE(AppendStepSummary(environment, "one\n").ok());
  EXPECT_TRUE(AppendStepSummary(environment, "two\n").ok());
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  EXPECT_EQ(content.str(), "one\ntwo\n");
  EXPECT_FALSE(AppendStepSummary({{"GITHUB_STEP_SUMMARY", "/nowhere/at/all"}}, "x").ok());
}

TEST(QuietLine, IsTheRunInOneLine) {
  EXPECT_EQ(QuietLine(Language::kEnglish, JudgedBy(kThreeThresholds)),
            "VALID 100.0/s ok 100.00 % p50 20.1 ms p99 20.1 ms | thresholds 1/3 | 01234567\n");
  EXPECT_EQ(QuietLine(Language::kEnglish, JudgedBy("")),
            "VALID 100.0/s ok 100.00 % p50 20.1 ms p99 20.1 ms | thresholds none | 01234567\n");
  EXPECT_EQ(QuietLine(Language::kChinese, JudgedBy("p(99)<1s")),
            "VALID 100.0/s 成功 100.00 % p50 20.1 ms p99 20.1 ms | 阈值 1/1 | 01234567\n");
  RunResult failed;
  failed.run_id = "0123456789abcdef";
  failed.outcome = RunOutcome::kFailed;
  failed.outcome_reasons = {{StatementKind::kNoConnectionOpened, {10, "refused 10"}}};
  EXPECT_EQ(QuietLine(Language::kEnglish, failed),
            "VALID 0.0/s ok - % p50 - p99 - | thresholds none | 01234567 | none of 10 connections was opened: refused "
            "10\n");
}

TEST(ThresholdLines, StandBelowTheMeasurementInBothLanguages) {
  EXPECT_EQ(ConsoleVerdict(Language::kEnglish, JudgedBy(kThreeThresholds)),
            "Measurement: VALID\n"
            "Thresholds: failed (1 of 3 kept)\n"
            "  BROKEN   p(99)<15ms          20.1 ms        since 1.0 s\n"
            "  kept     success_rate>=99%   100.00 %\n"
            "  BROKEN   push_p(99)<1s       not measured\n");
  EXPECT_EQ(ConsoleVerdict(Language::kChinese, JudgedBy(kThreeThresholds)),
            "测量：有效 (VALID)\n"
            "阈值：未通过（1 / 3 达标）\n"
            "  未达标   p(99)<15ms          20.1 ms    自第 1.0 秒起\n"
            "  达标     success_rate>=99%   100.00 %\n"
            "  未达标   push_p(99)<1s       未测得\n");
  EXPECT_EQ(ConsoleVerdict(Language::kEnglish, JudgedBy("p(99)<1s")),
            "Measurement: VALID\nThresholds: passed (1 of 1 kept)\n  kept   p(99)<1s   20.1 ms\n");
  EXPECT_THAT(ConsoleVerdict(Language::kEnglish, JudgedBy("service_max<1s", Verdict::kGeneratorLimited)),
              HasSubstr("Thresholds: inconclusive (1 of 1 kept) - the figures describe the generator\n"
                        "  kept   service_max<1s   20.0 ms\n"
                        "  - service_max<1s was kept, which proves nothing where the generator was late\n"));
}

TEST(MarkdownSummary, HasTheTwoLinesAndTheFigures) {
  const std::string text = MarkdownSummary(Language::kEnglish, JudgedBy(kThreeThresholds));
  EXPECT_THAT(text, HasSubstr("**Measurement: VALID**\n\n**Thresholds: failed (1 of 3 kept)**\n"));
  EXPECT_THAT(text, HasSubstr("| **BROKEN** | `p(99)<15ms` | 20.1 ms | since 1.0 s |\n"));
  EXPECT_THAT(text, HasSubstr("| total messages | 200 |\n"));
  EXPECT_THAT(text, HasSubstr("| response | 20.1 | 20.1 |"));
  EXPECT_THAT(text, Not(HasSubstr("url-secret")));
  EXPECT_THAT(MarkdownSummary(Language::kChinese, JudgedBy("")), HasSubstr("**阈值：未设置：未作判定**"));
}

TEST(SeriesSummary, HasMedianAndSpreadOfTheMainFigures) {
  std::vector<RunResult> runs;
  for (int i = 0; i < 3; ++i) {
    runs.push_back(ForSeries(JudgedBy("p(99)<1s")));
    for (int k = 0; k < 200 * i; ++k) runs.back().totals.response.RecordUs(40'000);
  }
  EXPECT_TRUE(runs[0].series.empty() && runs[0].agents.empty());
  const std::string text = SeriesSummary(Language::kEnglish, runs);
  EXPECT_THAT(text, HasSubstr("Over 3 runs\n"));
  EXPECT_THAT(text, HasSubstr("message rate (msg/s)    100.0    100.0    100.0          0.0\n"));
  EXPECT_THAT(text, HasSubstr("response p99 (ms)      40.000   20.1"));
  EXPECT_THAT(text, HasSubstr("  3  VALID 100.0/s ok 100.00 %"));
  EXPECT_THAT(SeriesMarkdown(Language::kEnglish, runs), HasSubstr("| success rate (%) | 100.00 | 100.00 |"));
  EXPECT_THAT(SeriesSummary(Language::kChinese, runs), HasSubstr("3 次压测汇总"));
}

}  // namespace
}  // namespace wsload
