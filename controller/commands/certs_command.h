// `wsload certs DIR`: certificates good for a start.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// Writes them and prints how to use them; answers the exit code. `args` without program and subcommand. Private keys
/// are readable by their owner alone; files that are there already stay as they are unless -force is given.
int CertsCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
