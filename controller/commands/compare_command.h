// `wsload compare`: kept runs of one thing against those of another.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// Answers the exit code: 99 when -fail-on=worse finds B worse than A.
int CompareCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
