// Holes in the catalogue's texts, and what the compiler checks of the whole
// catalogue. For statement.cc alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include "common/lang/catalogue.h"

namespace wsload::catalogue {

/// The hole for Statement::agent.
inline constexpr std::string_view kAgentHole = "agent";

/// "{name}" in a text.
struct Hole {
  size_t begin;  ///< of the brace
  size_t end;    ///< behind the other brace
  std::string_view name;
};

constexpr std::optional<Hole> NextHole(std::string_view text) {
  const size_t open = text.find('{');
  if (open == std::string_view::npos) return std::nullopt;
  const size_t close = text.find('}', open);
  if (close == std::string_view::npos) return std::nullopt;
  return Hole{open, close + 1, text.substr(open + 1, close - open - 1)};
}

constexpr bool HasHole(std::string_view text, std::string_view name) {
  while (const std::optional<Hole> hole = NextHole(text)) {
    if (hole->name == name) return true;
    text.remove_prefix(hole->end);
  }
  return false;
}

constexpr bool InOrder() {
  if (std::size(kEntries) != static_cast<size_t>(StatementKind::kEnd)) return false;
  for (size_t i = 0; i < std::size(kEntries); ++i) {
    if (kEntries[i].kind != static_cast<StatementKind>(i)) return false;
  }
  return true;
}

constexpr bool IsSnakeCase(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

constexpr bool NamesAreDistinct() {
  for (const Entry& entry : kEntries) {
    const auto same = [&entry](const Entry& other) { return other.name == entry.name; };
    if (!IsSnakeCase(entry.name) || std::count_if(std::begin(kEntries), std::end(kEntries), same) != 1) return false;
  }
  return true;
}

constexpr std::string_view UnitOf(Form form) {
  switch (form) {
    case Form::kMicroseconds:
      return "_us";
    case Form::kNanoseconds:
    case Form::kOffset:
      return "_ns";
    case Form::kUnixTime:
      return "_unix_ns";
    case Form::kShare:
      return "_share";
    case Form::kCores:
      return "_cores";
    case Form::kNeededBytes:
    case Form::kAvailableBytes:
      return "_bytes";
    case Form::kCount:
    case Form::kIndex:
    case Form::kText:
      return "";
  }
  return "";
}

constexpr bool UnitsAreLast() {
  for (const Entry& entry : kEntries) {
    for (const Arg& arg : entry.args) {
      if (!IsSnakeCase(arg.name) || arg.name == kAgentHole || !arg.name.ends_with(UnitOf(arg.form))) return false;
    }
  }
  return true;
}

/// Every argument has its hole, and every hole its argument.
constexpr bool NamesItsArgs(const Args& args, std::string_view text) {
  for (const Arg& arg : args) {
    if (!HasHole(text, arg.name)) return false;
  }
  while (const std::optional<Hole> hole = NextHole(text)) {
    const auto named = [&hole](const Arg& arg) { return arg.name == hole->name; };
    if (hole->name != kAgentHole && std::none_of(args.begin(), args.end(), named)) return false;
    text.remove_prefix(hole->end);
  }
  return text.find('{') == std::string_view::npos && text.find('}') == std::string_view::npos;
}

constexpr bool TextsAgree() {
  for (const Entry& entry : kEntries) {
    if (!NamesItsArgs(entry.args, entry.text.english) || !NamesItsArgs(entry.args, entry.text.chinese)) return false;
    if (HasHole(entry.text.english, kAgentHole) != HasHole(entry.text.chinese, kAgentHole)) return false;
  }
  return true;
}

constexpr bool LanguagesAreTheirOwn() {
  // Chinese characters are three bytes in UTF-8, and their first is E4 to E9.
  const auto is_chinese = [](char c) {
    return static_cast<unsigned char>(c) >= 0xE4 && static_cast<unsigned char>(c) <= 0xE9;
  };
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  for (const Entry& entry : kEntries) {
    if (entry.text.english.empty() || !std::all_of(entry.text.english.begin(), entry.text.english.end(), is_ascii))
      return false;
    if (std::none_of(entry.text.chinese.begin(), entry.text.chinese.end(), is_chinese)) return false;
  }
  return true;
}

}  // namespace wsload::catalogue
