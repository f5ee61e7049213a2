// result.json, the public record of a run: schema "wsload.result/2".
#pragma once

#include <cstdint>
#include <string>

#include "controller/output/json_writer.h"
#include "controller/result/run_result.h"

namespace wsload {

inline constexpr char kResultSchema[] = "wsload.result/2";
inline constexpr char kRunSchema[] = "wsload.run/1";

/// The whole document, ending in a newline. Field names are public, units in the name. Keys and credentials are not in
/// it; bytes that are no UTF-8 are replaced.
std::string ResultJson(const RunResult& result);

/// What is known of a run when it begins: its id, when, and the plan, under the names that they have in the result.
std::string RunJson(const std::string& run_id, int64_t started_unix_ns, const RunPlan& plan,
                    const RunLabels& labels = {}, JsonWriter::Layout layout = JsonWriter::Layout::kLines);

}  // namespace wsload
