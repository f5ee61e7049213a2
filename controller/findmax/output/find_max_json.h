// What `wsload find-max` found, for programs and for the report's page.
#pragma once

#include <string>

#include "controller/findmax/find_max_result.h"

namespace wsload {

inline constexpr char kFindMaxSchema[] = "wsload.find_max/1";

/// {"schema": ..., "wsload_version": ..., "find_max": FindMaxObject()}, ending in a newline.
std::string FindMaxJson(const FindMaxResult& result);

/// One object on one line: bounds, answer, goal and every trial. Field names are public, units in the name.
std::string FindMaxObject(const FindMaxResult& result);

}  // namespace wsload
