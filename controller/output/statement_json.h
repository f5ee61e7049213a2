// How a statement stands in JSON: {"kind": ..., "args": {name: value, ...}, "text": ...}.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "controller/output/json_writer.h"

namespace wsload {

/// An array with one object per statement; "text" is English.
void WriteStatements(JsonWriter& json, const std::vector<Statement>& statements);

}  // namespace wsload
