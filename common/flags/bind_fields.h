// Tables of settings as flags.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/flags/flag_set.h"
#include "common/plan/field.h"

namespace wsload {

/// Where the flags of settings that come from a file leave its path; by FieldInfo::name.
using FilePaths = std::map<std::string, std::string, std::less<>>;

/// As a flag's value is written: "10", "1m30s", "64k", "true", "json".
std::string FormatValue(const FieldInfo& info, const FieldValue& value);

/// `current` says which alternative is wanted; a header, or a part of a list, is appended to it. kInvalidArgument: a
/// line about the text alone.
absl::StatusOr<FieldValue> ParseValue(const FieldInfo& info, FieldValue current, std::string_view text);

/// The row as a flag that reads and writes through `get` and `set`; `get`'s value is the default that the help shows.
FlagSpec FlagOf(const FieldInfo& info, std::function<FieldValue()> get, std::function<absl::Status(FieldValue)> set);

/// Likewise for a row whose flag names a file.
FlagSpec FileFlagOf(const FieldInfo& info, FilePaths& paths);

/// Binds every row with a flag to its member of `owner`. The owner's values at this time are the defaults. Ranges are
/// not looked at here: CheckFields(). `paths` is needed where the table has rows that come from files. Table, owner and
/// paths must outlive `set`.
template <typename Owner>
void BindFields(FlagSet& set, Fields<Owner> fields, Owner& owner, FilePaths* paths = nullptr) {
  for (const Field<Owner>& field : fields) {
    if (!field.info.has_flag) continue;
    if (field.info.from_file) {
      set.Add(FileFlagOf(field.info, *paths));
    } else {
      FlagSpec spec = FlagOf(
          field.info, [&field, &owner] { return field.member.get(owner); },
          [&field, &owner](FieldValue value) { return field.member.set(owner, std::move(value)); });
      spec.values = field.member.values != nullptr ? field.member.values() : std::string();
      set.Add(std::move(spec));
    }
  }
}

}  // namespace wsload
