// The languages in which wsload speaks to people.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

enum class Language { kEnglish, kChinese };

/// As -lang has it: "en", "zh".
const char* LanguageName(Language language);

/// The language with this name; kInvalidArgument when there is none.
absl::StatusOr<Language> ParseLanguage(std::string_view name);

}  // namespace wsload
