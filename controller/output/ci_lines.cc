#include "controller/output/ci_lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/system_error.h"
#include "controller/result/run_exit_code.h"
#include "controller/result/threshold_judgement.h"

namespace wsload {
namespace {

/// As the runner's commands want their text.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Annotation(bool error, std::string_view text) {
  return fmt::format("::{} title=wsload::{}\n", error ? "error" : "warning", Escaped(text));
}

}  // namespace

bool IsUnderGithub(CiSystem ci, const Environment& environment) {
  if (ci == CiSystem::kAuto) return ValueOf(environment, "GITHUB_ACTIONS") == "true";
  return ci == CiSystem::kGithub;
}

std::string GithubLines(const RunResult& result) {
  if (!result.error.ok()) return Annotation(true, Text(result.error));
  const bool passes = ExitCodeOf(result) == ExitCode::kPassed;
  std::string out;
  if (result.verdict != Verdict::kValid) {
    std::string text = fmt::format("Measurement: {}", NameOf(result.verdict));
    if (!result.verdict_reasons.empty()) {
      text += " - " + StatementText(Language::kEnglish, result.verdict_reasons.front());
    }
    out += Annotation(!passes && ExitCodeOf(result) != ExitCode::kServerFailed, text);
  }
  for (const Statement& reason : result.outcome_reasons) {
    const bool of_server = result.outcome == RunOutcome::kFailed;
    out += Annotation(of_server, StatementText(Language::kEnglish, reason));
  }
  return out;
}

absl::Status AppendStepSummary(const Environment& environment, const std::string& markdown) {
  const std::string path = ValueOf(environment, "GITHUB_STEP_SUMMARY");
  if (path.empty()) return absl::OkStatus();
  const auto failed = [&path](int error) {
    return LocalStatus(absl::StatusCode::kUnavailable, FillLocal({"cannot append to GITHUB_STEP_SUMMARY={}: {}",
                                                                  "无法追加到 GITHUB_STEP_SUMMARY={}：{}"},
                                                                 path, SystemErrorLines(error)));
  };
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return failed(errno);
  std::string_view rest = markdown;
  int error = 0;
  while (!rest.empty() && error == 0) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) error = errno;
    if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
  }
  ::close(file);
  return error == 0 ? absl::OkStatus() : failed(error);
}

}  // namespace wsload
