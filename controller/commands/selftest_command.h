// `wsload selftest`.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace wsload {

/// `args` without program and subcommand; answers the exit code.
int SelftestCommand(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment);

}  // namespace wsload
