// Statements on the wire.
#pragma once

#include <optional>
#include <string>

#include "common/lang/statement.h"
#include "wsload/v1/statement.pb.h"

namespace wsload {

/// With the agent, when there is one.
v1::Statement ToProto(const Statement& statement);

/// Nothing for a kind that this program does not know, or without its arguments. Texts are made one line, as Shown()
/// does, of at most `most_bytes` each.
std::optional<Statement> FromProto(const v1::Statement& proto, size_t most_bytes);

/// What the other side said: its English line, and the statement's in the other languages where this program knows it.
/// Each is made one line of at most `most_bytes`.
LocalString LinesOf(const std::string& english, const v1::Statement& proto, size_t most_bytes);

}  // namespace wsload
