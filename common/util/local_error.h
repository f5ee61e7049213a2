// Errors that are put into words of every language where they arise, and shown in one of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "common/util/local_text.h"
#include "common/util/status.h"

namespace wsload {

/// Of a status with a Chinese line beside its message, which is English.
inline constexpr char kChineseLine[] = "wsload/zh";

/// A payload of a status; empty: it has none of that name.
inline std::string PayloadText(const absl::Status& status, const char* name) {
  std::string text;
  const auto payload = status.GetPayload(name);
  if (!payload.has_value()) return text;
  // Not Cord's own conversion, which Debian's Abseil makes to a string_view of its own.
  for (const auto chunk : payload->Chunks()) text.append(chunk.data(), chunk.size());
  return text;
}

/// What a status says, in every language that it has a line in.
inline LocalString ErrorLines(const absl::Status& status) {
  return {std::string(Text(status)), PayloadText(status, kChineseLine)};
}

/// What a status says, in the language if it has a line in it.
inline std::string ErrorText(const absl::Status& status, Language language) { return ErrorLines(status).In(language); }

/// Of `code`, with the lines.
inline absl::Status LocalStatus(absl::StatusCode code, const LocalString& lines) {
  absl::Status status = MakeStatus(code, "{}", lines.english());
  if (!lines.chinese().empty()) status.SetPayload(kChineseLine, absl::Cord(lines.chinese()));
  return status;
}

namespace local_error_internal {

template <typename Type>
concept HasLanguages =
    std::same_as<Type, LocalText> || std::same_as<Type, LocalString> || std::same_as<Type, absl::Status>;

const auto& In(Language, const auto& value) { return value; }
inline std::string_view In(Language language, const LocalText& value) { return value.In(language); }
inline std::string_view In(Language language, const LocalString& value) { return value.In(language); }
inline std::string In(Language language, const absl::Status& value) { return ErrorText(value, language); }

/// What a format's checker is told of an argument.
template <typename Type>
using Shown = std::conditional_t<HasLanguages<Type>, std::string, Type>;

}  // namespace local_error_internal

/// Two formats of fmt's for the same arguments; the compiler refuses one that does not fit them, and one that is not
/// translated.
template <typename... Args>
class LocalFormat {
 public:
  template <typename EnglishText, typename ChineseText>
  requires std::convertible_to<const EnglishText&, std::string_view> &&
      std::convertible_to<const ChineseText&, std::string_view>
  consteval LocalFormat(const EnglishText& english, const ChineseText& chinese) : english_(english), chinese_(chinese) {
    const std::string_view text = chinese;
    const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(text.begin(), text.end(), ascii)) throw "a text that is not translated";
  }

  std::string_view In(Language language) const {
    const fmt::string_view text = language == Language::kChinese ? chinese_ : english_;
    return {text.data(), text.size()};
  }

 private:
  fmt::format_string<const local_error_internal::Shown<Args>&...> english_;
  fmt::format_string<const local_error_internal::Shown<Args>&...> chinese_;
};

/// `format` filled in every language. Arguments as fmt takes them; a LocalText, LocalString or status among them stands
/// in its own words.
template <typename... Args>
LocalString FillLocal(const LocalFormat<std::type_identity_t<Args>...>& format, const Args&... args) {
  const auto fill = [&](Language language) {
    const std::string_view text = format.In(language);
    return [&](const auto&... values) {
      return fmt::vformat(fmt::string_view(text.data(), text.size()), fmt::make_format_args(values...));
    }(local_error_internal::In(language, args)...);
  };
  return {fill(Language::kEnglish), fill(Language::kChinese)};
}

/// A format that is kept apart from where it is filled, in one language; its arguments must fit.
template <typename... Args>
std::string FillText(Language language, const LocalText& format, const Args&... args) {
  const std::string_view text = format.In(language);
  return fmt::vformat(fmt::string_view(text.data(), text.size()), fmt::make_format_args(args...));
}

/// kInvalidArgument with `format` filled in every language, as FillLocal() does.
template <typename... Args>
absl::Status LocalInvalidArgument(const LocalFormat<std::type_identity_t<Args>...>& format, const Args&... args) {
  return LocalStatus(absl::StatusCode::kInvalidArgument, FillLocal<Args...>(format, args...));
}

}  // namespace wsload
