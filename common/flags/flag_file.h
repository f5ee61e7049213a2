// Flag files, as people and their editors write them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload {

/// One flag as a line of the file says it.
struct FlagLine {
  std::string where;  ///< "FILE:3"
  std::string name;   ///< without dashes
  std::optional<std::string> value;
  bool quoted = false;     ///< the value, or the whole line, stood in quotes
  bool commented = false;  ///< a comment follows on the line
  bool dashed = false;     ///< the line began with a dash
};

/// One flag a line: -name=value, --name value, name=value, name = value, or -name alone. Values and whole lines may
/// stand in quotes, as a shell takes them: 'as it is', or "with \" and \\". What follows # or // at the beginning of a
/// line, or after a blank outside of quotes, is a comment; so is a \ at the end, as lines copied from a shell have it.
/// Lines end in LF, CRLF or CR; a byte order mark counts for nothing.
/// kInvalidArgument: one line that names file and line, and repeats nothing of what stands there.
absl::StatusOr<std::vector<FlagLine>> ReadFlagFile(const std::string& path);

}  // namespace wsload
