// How a statement stands in JSON: {"kind": ..., "args": {name: value, ...}, "text": ..., "text_zh": ...}.
#pragma once

#include <vector>

#include "common/lang/statement.h"
#include "controller/output/json_writer.h"

namespace wsload {

/// One object; "text" is English, "text_zh" Chinese.
void WriteStatement(JsonWriter& json, const Statement& statement);

/// An array with one object per statement.
void WriteStatements(JsonWriter& json, const std::vector<Statement>& statements);

}  // namespace wsload
