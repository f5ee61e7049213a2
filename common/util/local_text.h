// Texts in every language that the programs speak to people.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsload {

enum class Language { kEnglish, kChinese };

/// One text in every language; literals.
struct LocalText {
  std::string_view english;
  std::string_view chinese;  ///< empty: not translated, the English one stands for it

  constexpr std::string_view In(Language language) const {
    return language == Language::kChinese && !chinese.empty() ? chinese : english;
  }
};

/// Likewise, and keeps its texts: a format that was filled, an error's line, what another process said.
class LocalString {
 public:
  LocalString() = default;
  // What has words of one language alone: names, values, what other programs say.
  LocalString(std::string text) : english_(std::move(text)) {}  // NOLINT(google-explicit-constructor)
  LocalString(const char* text) : english_(text) {}             // NOLINT(google-explicit-constructor)
  LocalString(const LocalText& text)                            // NOLINT(google-explicit-constructor)
      : LocalString(std::string(text.english), std::string(text.chinese)) {}
  LocalString(std::string english, std::string chinese) : english_(std::move(english)) {
    if (chinese != english_) chinese_ = std::move(chinese);
  }

  const std::string& In(Language language) const {
    return language == Language::kChinese && !chinese_.empty() ? chinese_ : english_;
  }
  const std::string& english() const { return english_; }
  /// Empty where there is none of its own.
  const std::string& chinese() const { return chinese_; }
  bool empty() const { return english_.empty(); }

  /// Puts `more` behind it, in every language.
  LocalString& operator+=(const LocalString& more) {
    if (!chinese_.empty() || !more.chinese_.empty()) chinese_ = In(Language::kChinese) + more.In(Language::kChinese);
    english_ += more.english_;
    return *this;
  }

  friend bool operator==(const LocalString&, const LocalString&) = default;

 private:
  std::string english_;
  std::string chinese_;
};

/// Each of them in one language.
inline std::vector<std::string> TextsIn(Language language, const std::vector<LocalString>& lines) {
  std::vector<std::string> texts;
  for (const LocalString& line : lines) texts.push_back(line.In(language));
  return texts;
}

}  // namespace wsload
