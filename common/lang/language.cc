#include "common/lang/language.h"

#include "common/util/status.h"

namespace wsload {

const char* LanguageName(Language language) { return language == Language::kChinese ? "zh" : "en"; }

absl::StatusOr<Language> ParseLanguage(std::string_view name) {
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    if (name == LanguageName(language)) return language;
  }
  return InvalidArgument("want en or zh");
}

}  // namespace wsload
