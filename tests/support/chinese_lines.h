// Whether what people are told in Chinese is Chinese.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/util/local_error.h"

namespace wsload {

/// `line` without what is the same in every language: what stands in quotes, and a flag with its value.
inline std::string WithoutNames(std::string_view line) {
  std::string rest;
  while (!line.empty()) {
    const char c = line.front();
    const bool quoted = (c == '"' || c == '\'') && line.find(c, 1) != std::string_view::npos;
    const bool flag =
        c == '-' && (rest.empty() || rest.back() == ' ' || static_cast<unsigned char>(rest.back()) > 0x7f);
    size_t end = 1;
    if (quoted) {
      end = line.find(c, 1) + 1;
    } else if (flag) {
      // Up to the next Chinese sign, which follows a value that the line repeats.
      end = 0;
      while (end < line.size() && static_cast<unsigned char>(line[end]) < 0x80) ++end;
      if (line.substr(0, end).find('=') == std::string_view::npos) end = std::min(line.find(' '), end);
    }
    if (!quoted && !flag) rest += c;
    line.remove_prefix(std::min(std::max<size_t>(end, 1), line.size()));
  }
  return rest;
}

/// Has Chinese signs, and none of the words that every English line has.
inline testing::AssertionResult IsChinese(std::string_view line) {
  const auto is_chinese = [](char c) {
    return static_cast<unsigned char>(c) >= 0xE4 && static_cast<unsigned char>(c) <= 0xE9;
  };
  if (std::none_of(line.begin(), line.end(), is_chinese)) return testing::AssertionFailure() << "not Chinese: " << line;
  constexpr std::array<std::string_view, 30> kEnglish = {
      "is",    "the",     "of",   "and",   "must",    "for",     "not",   "write", "give",  "want",
      "leave", "that",    "its",  "than",  "which",   "are",     "has",   "with",  "from",  "cannot",
      "there", "already", "over", "under", "between", "expects", "wants", "such",  "least", "most"};
  std::string word;
  for (const char c : WithoutNames(line) + " ") {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' || c == '/') {
      word += c;
      continue;
    }
    if (std::find(kEnglish.begin(), kEnglish.end(), word) != kEnglish.end()) {
      return testing::AssertionFailure() << "\"" << word << "\" in Chinese: " << line;
    }
    word.clear();
  }
  return testing::AssertionSuccess();
}

/// A status' English line; that the Chinese one is Chinese is expected on the way. Empty for OK.
inline std::string TextInBoth(const absl::Status& status) {
  if (!status.ok()) {
    EXPECT_TRUE(IsChinese(ErrorText(status, Language::kChinese))) << Text(status);
  }
  return std::string(Text(status));
}

}  // namespace wsload
