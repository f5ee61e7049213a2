// Enumerations that flags, result.json and the wire know by name: each names its values once, beside its definition.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/statusor.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {

template <typename Enum>
struct Choice {
  Enum value;
  const char* name;
};

/// All values of `Enum` that have a name, in the order in which error lines list them. To be specialised as a
/// std::array of Choice<Enum>.
template <typename Enum>
inline constexpr std::nullptr_t kChoices = nullptr;

template <typename Enum>
concept NamedEnum = std::is_enum_v<Enum> && !std::is_same_v<decltype(kChoices<Enum>), const std::nullptr_t>;

/// Empty for a value that is none of the choices.
template <NamedEnum Enum>
constexpr const char* NameOf(Enum value) {
  for (const Choice<Enum>& choice : kChoices<Enum>) {
    if (choice.value == value) return choice.name;
  }
  return "";
}

/// "want one of json, proto".
template <NamedEnum Enum>
LocalString WantOneOf() {
  std::string names;
  for (const Choice<Enum>& choice : kChoices<Enum>) names.append(names.empty() ? "" : ", ").append(choice.name);
  return FillLocal({"want one of {}", "可选值：{}"}, names);
}

/// What of a written name is looked at; to be specialised where people write more than that.
template <NamedEnum Enum>
std::string_view ChoicePart(std::string_view name) {
  return name;
}

/// In capitals or not. kInvalidArgument: WantOneOf().
template <NamedEnum Enum>
absl::StatusOr<Enum> ParseChoice(std::string_view name) {
  const std::string wanted = AsciiLower(ChoicePart<Enum>(name));
  for (const Choice<Enum>& choice : kChoices<Enum>) {
    if (wanted == AsciiLower(choice.name)) return choice.value;
  }
  return LocalStatus(absl::StatusCode::kInvalidArgument, WantOneOf<Enum>());
}

}  // namespace wsload
