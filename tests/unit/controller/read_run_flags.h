// The run's command line as its tests read it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/util/status.h"
#include "controller/commands/run_flags.h"
#include "tests/support/chinese_lines.h"

namespace wsload {

inline RunCommandLine Parsed(const std::vector<std::string>& args, const Environment& environment = {}) {
  auto line = ParseRunFlags(args, environment);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.ok() ? *line : RunCommandLine();
}

inline std::string Refused(const std::vector<std::string>& args, const Environment& environment = {}) {
  const auto line = ParseRunFlags(args, environment);
  EXPECT_EQ(line.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string text = TextInBoth(line.status());
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  return text;
}

}  // namespace wsload
