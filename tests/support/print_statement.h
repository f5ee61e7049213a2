// Statements in the messages of failed tests.
#pragma once

#include <ostream>

#include "common/lang/statement.h"

namespace wsload {

/// Found by GoogleTest.
inline void PrintTo(const Statement& statement, std::ostream* out) {
  *out << StatementName(statement.kind) << ": " << StatementText(Language::kEnglish, statement);
}

}  // namespace wsload
