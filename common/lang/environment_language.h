// The language that a program's surroundings ask for.
#pragma once

#include "common/util/environment.h"
#include "common/util/language.h"

namespace wsload {

/// WSLOAD_LANG, else the locale's: of LC_ALL, LC_MESSAGES and LANG the first that is set counts. English where that is
/// none of ours.
inline Language EnvironmentLanguage(const Environment& environment) {
  for (const char* name : {"WSLOAD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string wanted = ValueOf(environment, name);
    if (!wanted.empty()) return ParseChoice<Language>(wanted).value_or(Language::kEnglish);
  }
  return Language::kEnglish;
}

}  // namespace wsload
