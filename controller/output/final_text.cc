#include "controller/output/final_text.h"

#include "common/util/print.h"
#include "controller/output/ci_lines.h"
#include "controller/output/console_summary.h"
#include "controller/output/messages.h"
#include "controller/output/result_json.h"
#include "controller/output/threshold_lines.h"

namespace wsload {

void FinalText::OnEnd(const RunResult& result) {
  FILE* people = StreamFor(options_);
  if (options_.json) Print(stdout, ResultJson(result));
  if (!result.error.ok()) {
    Print(stderr, ConsoleVerdict(options_.language, result));
  } else if (!options_.quiet) {
    Print(people, "\n" + ConsoleSummary(options_.language, result));
  } else if (!options_.json) {
    Print(people, QuietLine(options_.language, result));
  }
  if (under_github_) Print(people, GithubLines(result));
  if (const std::string dir = kept_in_(); !dir.empty()) {
    // Of one line only, that one is the measurement's.
    Print(options_.quiet ? stderr : people, Say(options_.language, Msg::kFilesWritten, dir) + "\n");
  }
}

}  // namespace wsload
