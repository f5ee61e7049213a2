#include "controller/findmax/find_max.h"

#include <utility>

namespace wsload {

absl::Status FindMax(const Clock& clock, TrialRunner& runner, const std::function<void(const FindMaxTrial&)>& tell,
                     FindMaxResult& result) {
  MaxSearch search(result.options);
  const int64_t began_ns = clock.MonoNs();
  absl::Status error;
  while (const std::optional<TrialInput> input = search.NextTrial()) {
    const int64_t trial_began_ns = clock.MonoNs();
    const absl::StatusOr<RunResult> run = runner.RunTrial(*input);
    if (!run.ok()) {
      result.interrupted = run.status().code() == absl::StatusCode::kCancelled;
      if (!result.interrupted) error = run.status();
      break;
    }
    FindMaxTrial trial = TrialOf(result.variable, *input, *run, clock.MonoNs() - trial_began_ns);
    search.Add(trial.output);
    tell(trial);
    result.trials.push_back(std::move(trial));
  }
  result.found = search.Finding();
  for (FindMaxTrial& trial : result.trials) trial.load_class = search.ClassOf(trial.input.load);
  result.elapsed_ns = clock.MonoNs() - began_ns;
  return error;
}

}  // namespace wsload
