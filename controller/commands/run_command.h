// `wsload run`: from flags to an exit code.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// Carries out one run in the calling thread, which must be the process' main thread: it takes SIGINT and SIGTERM while
/// the run lasts. `args` without program and subcommand. Prints to stdout and stderr; answers the exit code.
int RunCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
