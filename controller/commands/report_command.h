// `wsload report`: the page of a result that is there already.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// Writes DIR/report.html of DIR/result.json. `args` without program and subcommand. Prints to stdout and stderr;
/// answers the exit code.
int ReportCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
