// What a run prints at its end.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "controller/feed/run_output.h"
#include "controller/output/output_options.h"

namespace wsload {

/// Summary or verdict for people, and with -json result.json on stdout. The last output for people.
class FinalText final : public RunOutput {
 public:
  /// `kept_in`: at the end, the directory where the result is; empty: nowhere.
  /// `under_github`: with what its runner makes annotations of.
  FinalText(const OutputOptions& options, bool under_github, std::function<std::string()> kept_in)
      : options_(options), under_github_(under_github), kept_in_(std::move(kept_in)) {}

  /// Where people read.
  static FILE* StreamFor(const OutputOptions& options) { return options.json ? stderr : stdout; }

  void OnInterval(const SharedSnapshot&) override {}
  void OnEnd(const RunResult& result) override;

 private:
  const OutputOptions options_;
  const bool under_github_;
  const std::function<std::string()> kept_in_;
};

}  // namespace wsload
