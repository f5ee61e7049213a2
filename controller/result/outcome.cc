#include "controller/result/outcome.h"

#include <string>
#include <string_view>
#include <utility>

#include "common/stats/figure_list.h"
#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload {
namespace {

using OutcomeKind = StatementKind;

/// "timeout 3, unsent 5"
std::string JoinEnds(const Counters& totals) {
  std::string text;
  const auto add = [&text](std::string_view name, int64_t count) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  };
  for (const CounterInfo& row : kCounters) {
    if (row.group == CounterInfo::Group::kFailures) add(row.name.shown, row.Of(totals));
  }
  add("unsent", totals.unsent);
  add("unaccounted", totals.open());
  return text;
}

/// Failures and no opening: those that were called off tell nothing.
bool NothingOpened(const RunResult& result) {
  const ConnectionCounters& connections = result.totals.counters.connections;
  if (connections.opened > 0) return false;
  const auto called_off = connections.failures.find("canceled");
  const int64_t failed = connections.failed - (called_off == connections.failures.end() ? 0 : called_off->second);
  return failed > 0 || !result.interrupted;
}

}  // namespace

std::vector<Statement> ReasonsOfFailure(const RunResult& result) {
  const Counters& totals = result.totals.counters;
  if (!result.error.ok()) return {{OutcomeKind::kNotCarriedOut, {ErrorLines(result.error)}}};
  if (NothingOpened(result)) {
    LocalString causes = JoinCauses(totals.connections.failures);
    if (causes.empty()) causes = {"not dialled", "没有发起连接"};
    return {{OutcomeKind::kNoConnectionOpened, {WellBehavedClients(result.plan), std::move(causes)}}};
  }
  if (totals.success > 0) return {};
  // Of a run that was broken off, only what had come to its end counts.
  const int64_t ended = totals.failed() + totals.unsent;
  if (ended == 0 && (result.interrupted || totals.scheduled == 0)) return {};
  return {{OutcomeKind::kNothingSucceeded, {totals.scheduled, JoinEnds(totals)}}};
}

}  // namespace wsload
