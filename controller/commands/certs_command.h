// `wsload certs DIR`: certificates good for a start.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace wsload {

/// Writes them and prints how to use them; answers the exit code. `args` without program and subcommand. Private keys
/// are readable by their owner alone; files that are there already stay as they are unless -force is given.
int CertsCommand(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment);

}  // namespace wsload
