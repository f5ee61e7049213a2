// The languages that the programs speak to people.
#pragma once

#include <array>
#include <string_view>

#include "common/util/choice.h"

namespace wsload {

enum class Language { kEnglish, kChinese };

template <>
inline constexpr std::array kChoices<Language> = {Choice{Language::kEnglish, "en"}, Choice{Language::kChinese, "zh"}};

/// One text in every language.
struct LocalText {
  std::string_view english;
  std::string_view chinese;  ///< empty: not translated, the English one stands for it

  constexpr std::string_view In(Language language) const {
    return language == Language::kChinese && !chinese.empty() ? chinese : english;
  }
};

}  // namespace wsload
