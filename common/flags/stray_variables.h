// Variables of the environment that look like a program's flags, and are none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/util/environment.h"
#include "common/util/local_text.h"

namespace wsload {

/// One line for each variable with a value that begins with `prefix`_ ("WSLOAD") and stands for nothing in `names`
/// ("conn-timeout"), with the nearest one that does; and, for a program whose prefix is longer than the controller's,
/// for each that lacks the rest of it. Never a value: it may be a secret. What belongs to the other programs, to the
/// deployment files, to the tests or to Kubernetes' services is left alone.
std::vector<LocalString> StrayVariables(const Environment& environment, std::string_view prefix,
                                        const std::vector<std::string>& names);

/// The variable that stands for a flag: "WSLOAD_CONN_TIMEOUT" for "conn-timeout".
std::string EnvironmentName(std::string_view prefix, std::string_view flag_name);

}  // namespace wsload
