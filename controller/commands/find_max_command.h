// `wsload find-max`: the most at which all thresholds hold.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// Trials as runs of their own, one after the other. Answers the exit code.
int FindMaxCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
