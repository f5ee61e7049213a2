// A run's outages, as result.json and the summary have them.
#pragma once

#include <string>
#include <vector>

#include "common/util/local_text.h"
#include "controller/output/json_writer.h"
#include "controller/result/outage.h"

namespace wsload {

/// The value of "outages".
void WriteOutages(JsonWriter& json, const std::vector<Outage>& outages);

/// A table, a line each, behind an empty line; nothing where there is none.
std::string OutageLines(Language language, const std::vector<Outage>& outages);

}  // namespace wsload
