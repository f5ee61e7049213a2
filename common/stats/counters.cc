#include "common/stats/counters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "common/stats/figure_list.h"
#include "common/util/redact.h"
#include "common/util/saturating.h"
#include "common/util/text.h"

namespace wsload {
namespace {

void MergeCauses(CauseCounts& into, const CauseCounts& from) {
  for (const auto& [cause, count] : from) AddCause(into, cause, count);
}

bool IsCauseCharacter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '/'; }

/// Causes with a number in them, and which numbers there are.
struct CodeRange {
  std::string_view prefix;
  int least;
  int most;
};
constexpr CodeRange kCodes[] = {{"http_", 100, 599}, {"closed_", 1000, 4999}};

// Shown() marks a cut with "...", behind a character that may take four bytes or be written as four.
constexpr size_t kMaxExampleText = kMaxExampleBytes - 8;

}  // namespace

std::string MakeExample(std::string_view text) { return Shown(RedactText(text), kMaxExampleText); }

bool IsExample(std::string_view text) {
  return !text.empty() && text.size() <= kMaxExampleBytes && IsUtf8(text) && !HasControlCharacter(text);
}

void AddExample(CauseExamples& examples, const CauseCounts& causes, std::string_view cause, std::string_view example) {
  if (example.empty() || causes.find(cause) == causes.end()) return;
  if (examples.find(cause) == examples.end()) examples.emplace(cause, example);
}

bool IsCauseName(std::string_view name) {
  if (name.empty() || name.size() > kMaxCauseNameLength || !std::all_of(name.begin(), name.end(), IsCauseCharacter)) {
    return false;
  }
  return std::all_of(std::begin(kCodes), std::end(kCodes), [&](const CodeRange& codes) {
    if (!name.starts_with(codes.prefix)) return true;
    const std::string_view digits = name.substr(codes.prefix.size());
    int code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
    return error == std::errc() && end == digits.data() + digits.size() && digits.front() != '0' &&
           code >= codes.least && code <= codes.most;
  });
}

void AddCause(CauseCounts& causes, std::string_view cause, int64_t count) {
  if (count <= 0) return;
  if (!IsCauseName(cause)) cause = kOtherCause;
  auto found = causes.find(cause);
  if (found == causes.end()) {
    const size_t named = causes.size() - causes.count(kOtherCause);
    if (named >= kMaxNamedCauses) cause = kOtherCause;
    found = causes.try_emplace(std::string(cause), 0).first;
  }
  found->second = SaturatingAdd(found->second, count);
}

std::string JoinCauses(const CauseCounts& causes) {
  std::string list;
  for (const auto& [cause, count] : causes) list += fmt::format("{}{} {}", list.empty() ? "" : ", ", cause, count);
  return list;
}

void ConnectionCounters::Merge(const ConnectionCounters& other) {
  for (const ConnectionCounterInfo& counter : kConnectionCounters) {
    this->*counter.field = SaturatingAdd(this->*counter.field, other.*counter.field);
    if (counter.causes == nullptr) continue;
    MergeCauses(this->*counter.causes, other.*counter.causes);
    if (counter.examples == nullptr) continue;
    for (const auto& [cause, example] : other.*counter.examples) {
      AddExample(this->*counter.examples, this->*counter.causes, cause, example);
    }
  }
}

int64_t Counters::failed() const {
  int64_t sum = 0;
  for (const CounterInfo& counter : kCounters) {
    if (counter.group == CounterInfo::Group::kFailures) sum = SaturatingAdd(sum, counter.Of(*this));
  }
  return sum;
}

void Counters::Merge(const Counters& other) {
  for (const CounterInfo& counter : kCounters) {
    if (counter.counted()) this->*counter.field = SaturatingAdd(this->*counter.field, other.*counter.field);
  }
  connections.Merge(other.connections);
}

}  // namespace wsload
