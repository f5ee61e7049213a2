// The languages that the programs speak to people, by their names.
#pragma once

#include <array>
#include <string_view>

#include "common/util/choice.h"
#include "common/util/local_text.h"

namespace wsload {

template <>
inline constexpr std::array kChoices<Language> = {Choice{Language::kEnglish, "en"}, Choice{Language::kChinese, "zh"}};

/// Of a locale the language: zh of zh_CN.UTF-8, en of en-GB.
template <>
inline std::string_view ChoicePart<Language>(std::string_view name) {
  return name.substr(0, name.find_first_of("_-.@"));
}

}  // namespace wsload
