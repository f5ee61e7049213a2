#include "controller/output/junit_xml.h"

#include <algorithm>
#include <optional>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "controller/output/plan_json.h"
#include "controller/output/threshold_lines.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/threshold_judgement.h"
#include "controller/result/threshold_value.h"

namespace wsload {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

/// What a case came to, if it did not pass.
struct Trouble {
  std::string tag;  ///< failure, error or skipped
  std::string type;
  std::string message;
};

struct TestCase {
  std::string name;
  std::optional<Trouble> trouble;
};

std::string JoinedReasons(const std::vector<Statement>& reasons) {
  constexpr size_t kMost = 20;
  std::string text;
  for (size_t i = 0; i < std::min(kMost, reasons.size()); ++i) {
    text += (i == 0 ? "" : "; ") + StatementText(Language::kEnglish, reasons[i]);
  }
  if (reasons.size() > kMost) text += fmt::format("; and {} more", reasons.size() - kMost);
  return text;
}

std::optional<Trouble> TroubleOfMeasurement(const RunResult& result) {
  if (!result.error.ok()) return Trouble{"error", "not_carried_out", std::string(Text(result.error))};
  const ExitCode code = ExitCodeOf(result);
  if (code == ExitCode::kError) {
    std::vector<Statement> reasons = result.outcome_reasons;
    std::erase_if(reasons, IsOfThreshold);
    return Trouble{"failure", "failed", JoinedReasons(reasons)};
  }
  if (code == ExitCode::kInterrupted) return Trouble{"error", "interrupted", "the run was interrupted"};
  if (result.verdict == Verdict::kValid || code == ExitCode::kPassed) return std::nullopt;
  return Trouble{"error", NameOf(result.verdict), JoinedReasons(result.verdict_reasons)};
}

std::optional<Trouble> TroubleOf(const RunResult& result, const ThresholdResult& judged) {
  const Threshold& threshold = judged.threshold;
  const std::string value = ThresholdValueText(Language::kEnglish, judged);
  const std::string broken = fmt::format("{} {}, want {}", threshold.metric, value, BoundText(threshold));
  const bool inconclusive = result.outcome == RunOutcome::kInconclusive;
  if (!judged.passed.has_value()) return Trouble{"skipped", "open", "the run did not come to it"};
  if (*judged.passed) {
    const Statement nothing_proved{StatementKind::kThresholdProvesNothing, {threshold.expression}};
    const auto& reasons = result.outcome_reasons;
    if (std::find(reasons.begin(), reasons.end(), nothing_proved) == reasons.end()) return std::nullopt;
    return Trouble{"skipped", "inconclusive", StatementText(Language::kEnglish, nothing_proved)};
  }
  if (inconclusive) return Trouble{"skipped", "inconclusive", broken + "; the figures describe the generator"};
  if (judged.aborted_run && result.abort_reason.has_value()) {
    return Trouble{"failure", "aborted", StatementText(Language::kEnglish, *result.abort_reason)};
  }
  if (!judged.value.has_value()) return Trouble{"error", "not_measured", threshold.expression + ": not measured"};
  return Trouble{"failure", "broken", broken};
}

std::vector<TestCase> CasesOf(const RunResult& result) {
  std::vector<TestCase> cases = {{"measurement", TroubleOfMeasurement(result)}};
  for (const ThresholdResult& judged : result.thresholds) {
    cases.push_back({judged.threshold.expression, TroubleOf(result, judged)});
  }
  return cases;
}

int64_t CountOf(const std::vector<TestCase>& cases, std::string_view tag) {
  return std::count_if(cases.begin(), cases.end(), [&](const TestCase& test_case) {
    return test_case.trouble.has_value() && test_case.trouble->tag == tag;
  });
}

double SecondsOf(const RunResult& result) {
  int64_t elapsed_ns = 0;
  for (const PhaseTimes& phase : result.phases) elapsed_ns += phase.duration_ns;
  return static_cast<double>(elapsed_ns) / kNsPerSecond;
}

/// The attributes that suites and their suite have alike.
std::string Counts(const std::vector<TestCase>& cases, double seconds) {
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")", cases.size(),
                     CountOf(cases, "failure"), CountOf(cases, "error"), CountOf(cases, "skipped"), seconds);
}

std::string CaseXml(const TestCase& test_case, double seconds) {
  std::string out =
      fmt::format(R"(    <testcase classname="wsload" name="{}" time="{:.3f}")", XmlText(test_case.name), seconds);
  if (!test_case.trouble.has_value()) return out + "/>\n";
  const Trouble& trouble = *test_case.trouble;
  // Skipped ones have no type everywhere.
  const std::string type = trouble.tag == "skipped" ? "" : fmt::format(R"( type="{}")", XmlText(trouble.type));
  return out +
         fmt::format(">\n      <{} message=\"{}\"{}/>\n    </testcase>\n", trouble.tag, XmlText(trouble.message), type);
}

std::string SuiteXml(const RunResult& result, const std::string& name, const std::vector<TestCase>& cases) {
  const double seconds = SecondsOf(result);
  const std::string began =
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%S", absl::FromUnixNanos(result.started_unix_ns), absl::UTCTimeZone());
  std::string out = fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n    <properties>\n", XmlText(name),
                                Counts(cases, seconds), began);
  const auto property = [&out](std::string_view key, std::string_view value) {
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", XmlText(key), XmlText(value));
  };
  property("run_id", result.run_id);
  property("verdict", NameOf(result.verdict));
  property("outcome", NameOf(result.outcome));
  for (const auto& [key, value] : PlanTexts(result.plan)) property("plan." + key, value);
  out += "    </properties>\n";
  for (const TestCase& test_case : cases) out += CaseXml(test_case, &test_case == &cases.front() ? seconds : 0);
  if (result.error.ok()) {
    const std::string line = QuietLine(Language::kEnglish, result);
    out += fmt::format("    <system-out>{}</system-out>\n", XmlText(line.substr(0, line.size() - 1)));
  }
  return out + "  </testsuite>\n";
}

}  // namespace

std::string XmlText(std::string_view text) {
  std::string out;
  const std::string valid = ReplaceInvalidUtf8(text);
  for (size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    // U+FFFE and U+FFFF are no characters.
    const std::string_view next = std::string_view(valid).substr(i, 3);
    if (next == "\xEF\xBF\xBE" || next == "\xEF\xBF\xBF") {
      out += kReplacement;
      i += 2;
    } else if (c == '\t' || c == '\n' || c == '\r') {
      // An attribute would turn them into blanks.
      out += fmt::format("&#{};", static_cast<int>(c));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += kReplacement;
    } else {
      const std::string_view entity = XmlEntity(c);
      entity.empty() ? void(out += c) : void(out += entity);
    }
  }
  return out;
}

std::string JunitXml(const std::vector<const RunResult*>& runs) {
  std::vector<TestCase> all;
  double seconds = 0;
  std::string suites;
  for (size_t i = 0; i < runs.size(); ++i) {
    const std::vector<TestCase> cases = CasesOf(*runs[i]);
    suites += SuiteXml(*runs[i], runs.size() == 1 ? "wsload" : fmt::format("wsload run {}", i + 1), cases);
    all.insert(all.end(), cases.begin(), cases.end());
    seconds += SecondsOf(*runs[i]);
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wsload\" {}>\n{}</testsuites>\n",
                     Counts(all, seconds), suites);
}

}  // namespace wsload
