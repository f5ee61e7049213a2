// The process' environment as a value, so that what reads it can be tested.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace wsload {

/// Variables by name.
using Environment = std::map<std::string, std::string>;

/// Of this process, now.
Environment ProcessEnvironment();

/// The variable's value; empty when it is not set. Compose files and units write NAME= for "not set", so that both
/// count alike.
std::string ValueOf(const Environment& environment, const std::string& name);

}  // namespace wsload
