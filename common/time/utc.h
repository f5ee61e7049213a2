// Instants as people and other programs write them.
#pragma once

#include <cstdint>
#include <string>

namespace wsload {

/// "2030-01-31T23:59:59Z"
std::string UtcText(int64_t unix_ns);

/// "23:59:59", in the time zone of the process.
std::string LocalTimeText(int64_t unix_ns);

}  // namespace wsload
