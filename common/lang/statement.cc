#include "common/lang/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/lang/catalogue.h"
#include "common/lang/catalogue_check.h"
#include "common/time/clock.h"
#include "common/time/utc.h"
#include "common/util/share_text.h"

namespace wsload {
namespace {

using catalogue::Arg;
using catalogue::Entry;
using catalogue::Form;

static_assert(catalogue::InOrder(), "an entry for every kind, in the order of StatementKind");
static_assert(catalogue::NamesAreDistinct(), "names of kinds in snake_case, and no two alike");
static_assert(catalogue::UnitsAreLast(), "an argument's name ends in its unit");
static_assert(catalogue::TextsAgree(), "both texts name every argument, and nothing else");
static_assert(catalogue::LanguagesAreTheirOwn(), "English in ASCII; something Chinese in every Chinese text");

const Entry& EntryOf(StatementKind kind) { return catalogue::kEntries[static_cast<size_t>(kind)]; }

double Number(const StatementArg& value) {
  if (const auto* count = std::get_if<int64_t>(&value)) return static_cast<double>(*count);
  const auto* share = std::get_if<double>(&value);
  return share != nullptr ? *share : 0;
}

int64_t Whole(const StatementArg& value) {
  const auto* count = std::get_if<int64_t>(&value);
  return count != nullptr ? *count : 0;
}

/// A little over a bound of 1 % must not read as 1 %.
std::string ShareText(double share) {
  std::string text = SharePercent(share, share < 0.1 ? 1 : 0);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + " %";
}

std::string ValueText(Language language, Form form, const StatementArg& value) {
  constexpr int64_t kMiB = 1 << 20;
  if (const auto* text = std::get_if<LocalString>(&value)) return text->In(language);
  switch (form) {
    case Form::kCount:
    case Form::kText:
      return std::to_string(Whole(value));
    case Form::kIndex:
      return Whole(value) < 0 ? "?" : std::to_string(Whole(value));
    case Form::kMicroseconds:
      return fmt::format("{:.1f} ms", Number(value) * kNsPerUs / kNsPerMs);
    case Form::kNanoseconds:
      return fmt::format("{:.1f} s", Number(value) / kNsPerSecond);
    case Form::kOffset:
      return fmt::format("{:+.1f} s", Number(value) / kNsPerSecond);
    case Form::kUnixTime:
      return UtcText(Whole(value));
    case Form::kShare:
      return ShareText(Number(value));
    case Form::kCores:
      return fmt::format("{:.3g}", Number(value));
    case Form::kNeededBytes:
      return fmt::format("{} MiB", Whole(value) / kMiB + (Whole(value) % kMiB > 0 ? 1 : 0));
    case Form::kAvailableBytes:
      return fmt::format("{} MiB", Whole(value) / kMiB);
  }
  return {};
}

/// What stands in a hole.
std::string HoleText(Language language, const Statement& statement, std::string_view hole) {
  if (hole == catalogue::kAgentHole) return statement.agent;
  size_t position = 0;
  for (const Arg& arg : EntryOf(statement.kind).args) {
    if (arg.name == hole && position < statement.args.size()) {
      return ValueText(language, arg.form, statement.args[position]);
    }
    ++position;
  }
  return "?";
}

std::string AgentPrefix(Language language, const std::string& agent) {
  return language == Language::kChinese ? fmt::format("压测节点 {}：", agent) : fmt::format("agent {}: ", agent);
}

}  // namespace

std::string_view StatementName(StatementKind kind) { return EntryOf(kind).name; }

std::vector<std::pair<std::string_view, StatementArg>> NamedArgs(const Statement& statement) {
  std::vector<std::pair<std::string_view, StatementArg>> named;
  if (!statement.agent.empty()) named.emplace_back(catalogue::kAgentHole, statement.agent);
  const catalogue::Args& args = EntryOf(statement.kind).args;
  for (size_t i = 0; i < args.size() && i < statement.args.size(); ++i) {
    named.emplace_back(args.begin()[i].name, statement.args[i]);
  }
  return named;
}

std::optional<Statement> StatementOf(std::string_view name,
                                     const std::vector<std::pair<std::string, StatementArg>>& args) {
  const auto entry = std::find_if(catalogue::kEntries.begin(), catalogue::kEntries.end(),
                                  [&](const Entry& known) { return known.name == name; });
  if (entry == catalogue::kEntries.end()) return std::nullopt;
  const auto value_of = [&](std::string_view wanted) {
    const auto found = std::find_if(args.begin(), args.end(), [&](const auto& arg) { return arg.first == wanted; });
    return found == args.end() ? nullptr : &found->second;
  };
  Statement statement{.kind = entry->kind};
  for (const Arg& arg : entry->args) {
    const StatementArg* value = value_of(arg.name);
    if (value == nullptr) return std::nullopt;
    statement.args.push_back(*value);
  }
  if (const StatementArg* agent = value_of(catalogue::kAgentHole); agent != nullptr) {
    if (!std::holds_alternative<LocalString>(*agent)) return std::nullopt;
    statement.agent = std::get<LocalString>(*agent).english();
  }
  return statement;
}

std::string StatementText(Language language, const Statement& statement) {
  const Entry& entry = EntryOf(statement.kind);
  std::string_view text = entry.text.In(language);
  std::string out;
  if (!statement.agent.empty() && !catalogue::HasHole(text, catalogue::kAgentHole)) {
    out = AgentPrefix(language, statement.agent);
  }
  while (const std::optional<catalogue::Hole> hole = catalogue::NextHole(text)) {
    out += text.substr(0, hole->begin);
    out += HoleText(language, statement, hole->name);
    text.remove_prefix(hole->end);
  }
  return out.append(text);
}

LocalString StatementLines(const Statement& statement) {
  return {StatementText(Language::kEnglish, statement), StatementText(Language::kChinese, statement)};
}

}  // namespace wsload
