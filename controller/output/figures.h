// Numbers as the console shows them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/stats/stats.h"
#include "controller/feed/interval_snapshot.h"
#include "controller/output/messages.h"
#include "controller/result/run_result.h"

namespace wsload {

/// "20.1": milliseconds, more digits below 10 ms.
std::string MsText(int64_t us);
/// "99.87": as SharePercent() cuts it off.
std::string PercentText(double ratio);

/// A label and its value.
struct Figure {
  std::string label;
  std::string value;
};

/// The eight classic figures in their order, and the unsent messages behind them when there are any.
/// The success rate is of all scheduled messages; while the run goes on (`running`) those still open count neither way,
/// and `active_connections` are those of now; at its end the most there were.
std::vector<Figure> ClassicFigures(Language language, const Counters& totals, int64_t active_connections,
                                   double elapsed_s, double measured_s, bool running);

/// Failures of messages by cause, only those that happened.
std::vector<Figure> MessageFailures(Language language, const Counters& totals);

/// "a 1, b 2".
std::string JoinFigures(const std::vector<Figure>& figures);

/// What a screen has room for, of agents and of what can be said once for each of them.
inline constexpr size_t kMaxAgentLines = 20;

/// The agents to show, in their order: all, or when they are too many the worst (not done, then most messages failed
/// or unsent, then the longest send lag).
std::vector<const AgentResult*> AgentsToShow(const std::vector<AgentResult>& agents);
std::vector<const AgentSnapshot*> AgentsToShow(const std::vector<AgentSnapshot>& agents);

/// The line below a list that was cut short; empty when nothing was left out.
std::string MoreLine(Language language, size_t left_out, int margin);

}  // namespace wsload
