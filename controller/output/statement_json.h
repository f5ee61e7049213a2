// How a statement stands in JSON: {"kind": ..., "args": {name: value, ...}, "text": ...}.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "common/lang/statement.h"

namespace wsload {

/// One object per statement; "text" is English.
nlohmann::ordered_json StatementsJson(const std::vector<Statement>& statements);

}  // namespace wsload
