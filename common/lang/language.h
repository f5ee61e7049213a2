// The languages that the programs speak to people.
#pragma once

#include <array>
#include <string_view>

#include "common/util/choice.h"

namespace wsload {

enum class Language { kEnglish, kChinese };

template <>
inline constexpr std::array kChoices<Language> = {Choice{Language::kEnglish, "en"}, Choice{Language::kChinese, "zh"}};

/// Of a locale the language: zh of zh_CN.UTF-8, en of en-GB.
template <>
inline std::string_view ChoicePart<Language>(std::string_view name) {
  return name.substr(0, name.find_first_of("_-.@"));
}

/// One text in every language.
struct LocalText {
  std::string_view english;
  std::string_view chinese;  ///< empty: not translated, the English one stands for it

  constexpr std::string_view In(Language language) const {
    return language == Language::kChinese && !chinese.empty() ? chinese : english;
  }
};

}  // namespace wsload
