// `wsload selftest`.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// `args` without program and subcommand; answers the exit code.
int SelftestCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
