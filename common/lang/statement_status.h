// Errors that are statements.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "common/lang/statement.h"

namespace wsload {

/// A status whose line, in every language, is the statement's, and which keeps it.
absl::Status StatementStatus(absl::StatusCode code, const Statement& statement);

/// The one that it was made of; nothing for another status.
std::optional<Statement> StatementOf(const absl::Status& status);

}  // namespace wsload
