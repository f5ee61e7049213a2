// Errors that are put into words of every language where they arise, and shown in one of them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "common/lang/language.h"
#include "common/util/status.h"

namespace wsload {

/// Of a status with a Chinese line beside its message, which is English.
inline constexpr char kChineseLine[] = "wsload/zh";

/// What a status says, in the language if it has a line in it.
inline std::string ErrorText(const absl::Status& status, Language language) {
  if (language == Language::kChinese) {
    if (const auto line = status.GetPayload(kChineseLine); line.has_value()) {
      // Not Cord's own conversion, which Debian's Abseil makes to a string_view of its own.
      std::string text;
      for (const auto chunk : line->Chunks()) text.append(chunk.data(), chunk.size());
      return text;
    }
  }
  return std::string(Text(status));
}

namespace local_error_internal {

inline const auto& In(Language, const auto& value) { return value; }
inline std::string In(Language language, const LocalText& value) { return std::string(value.In(language)); }
inline std::string In(Language language, const absl::Status& value) { return ErrorText(value, language); }

template <typename... Args>
std::string Fill(Language language, const LocalText& format, const Args&... args) {
  const std::string_view text = format.In(language);
  return fmt::format(fmt::runtime(fmt::string_view(text.data(), text.size())), In(language, args)...);
}

}  // namespace local_error_internal

/// kInvalidArgument with `format` filled in every language. Arguments as fmt takes them; a LocalText or a status among
/// them stands in its own words.
template <typename... Args>
absl::Status LocalInvalidArgument(const LocalText& format, const Args&... args) {
  absl::Status status = InvalidArgument("{}", local_error_internal::Fill(Language::kEnglish, format, args...));
  status.SetPayload(kChineseLine, absl::Cord(local_error_internal::Fill(Language::kChinese, format, args...)));
  return status;
}

}  // namespace wsload
