// result.json, the public record of a run: schema "wsload.result/2".
#pragma once

#include <string>

#include "controller/result/run_result.h"

namespace wsload {

inline constexpr char kResultSchema[] = "wsload.result/2";

/// The whole document, ending in a newline. Field names are public, units in the name. Keys and credentials are not in
/// it; bytes that are no UTF-8 are replaced.
std::string ResultJson(const RunResult& result);

}  // namespace wsload
