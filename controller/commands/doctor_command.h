// `wsload doctor`: looks at agents and their hosts without putting any load on anything.
#pragma once

#include <string>
#include <vector>

#include "common/util/environment.h"

namespace wsload {

/// Takes every flag that a run takes. Prints to stdout and stderr; answers the exit code: 0 when the agents can carry
/// the run out, 1 when not, 104 for bad flags.
int DoctorCommand(const std::vector<std::string>& args, const Environment& environment);

}  // namespace wsload
