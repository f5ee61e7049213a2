// compare.json: schema "wsload.compare/1".
#pragma once

#include <string>

#include "controller/compare/comparison.h"

namespace wsload {

inline constexpr char kCompareSchema[] = "wsload.compare/1";

/// The whole document, ending in a newline. Field names are public, units in the name.
std::string CompareJson(const Comparison& comparison);

}  // namespace wsload
