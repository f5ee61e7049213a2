#include "controller/result/compression_outcome.h"

namespace wsload {
namespace {

using Kind = StatementKind;

/// A server that agrees to a kept context and inflates every message afresh reads the first one of each connection, and
/// no other.
bool LooksForgotten(const RunPlan& plan, const Counters& totals) {
  const int64_t compressed = totals.connections.compressed;
  return plan.compress == Compression::kContext && totals.success > 0 && totals.success <= compressed &&
         totals.failed() > 0 && totals.scheduled - totals.unsent > compressed;
}

}  // namespace

std::vector<Statement> CompressionOutcome(const RunPlan& plan, const Counters& totals) {
  const ConnectionCounters& connections = totals.connections;
  if (plan.compress == Compression::kOff || connections.opened == 0) return {};
  if (connections.compressed == 0) return {{Kind::kCompressionDeclined, {connections.opened}}};
  const Kind kind = connections.compressed < connections.opened ? Kind::kCompressionPartly : Kind::kCompressionAgreed;
  std::vector<Statement> outcome = {
      {kind, {connections.compressed, connections.opened, JoinCauses(connections.compressions)}}};
  if (LooksForgotten(plan, totals)) outcome.push_back({Kind::kContextNotKept, {totals.success}});
  return outcome;
}

std::vector<Statement> CompressionWarnings(const RunPlan& plan, const Counters& totals) {
  std::vector<Statement> warnings = CompressionOutcome(plan, totals);
  std::erase_if(warnings, [](const Statement& statement) { return statement.kind == Kind::kCompressionAgreed; });
  return warnings;
}

}  // namespace wsload
