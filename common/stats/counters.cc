#include "common/stats/counters.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/util/saturating.h"

namespace wsload {
namespace {

void MergeCauses(CauseCounts& into, const CauseCounts& from) {
  for (const auto& [cause, count] : from) AddCause(into, cause, count);
}

}  // namespace

bool IsCauseName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCauseNameLength &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
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
  attempted = SaturatingAdd(attempted, other.attempted);
  opened = SaturatingAdd(opened, other.opened);
  failed = SaturatingAdd(failed, other.failed);
  lost = SaturatingAdd(lost, other.lost);
  closed = SaturatingAdd(closed, other.closed);
  MergeCauses(failures, other.failures);
  MergeCauses(losses, other.losses);
}

void Counters::Merge(const Counters& other) {
  ForEachCounter(
      [&](const char*, int64_t Counters::*field) { this->*field = SaturatingAdd(this->*field, other.*field); });
  connections.Merge(other.connections);
}

}  // namespace wsload
