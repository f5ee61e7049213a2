// `wsload run`: from flags to an exit code.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace wsload {

/// Carries out one run in the calling thread, which must be the process' main thread: it takes SIGINT and SIGTERM while
/// the run lasts. `args` without program and subcommand. Prints to stdout and stderr; answers the exit code.
int RunCommand(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment);

}  // namespace wsload
