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
/// "4.61", "18.2", "589": milliseconds in three digits, where room is dear.
std::string ShortMsText(int64_t us);
/// "99.87": as SharePercent() cuts it off.
std::string PercentText(double ratio);
/// "5 %": whole, cut off as SharePercent() does.
std::string SharePercentText(double ratio);
/// "20,004".
std::string GroupedText(int64_t count);
/// "0:25", "1:02:03": minutes and seconds, cut off; a clock that is a little early counts as there.
std::string ClockText(double seconds);

/// Their names.
Msg PhaseMsg(Phase phase);
Msg StateMsg(AgentResult::State state);

/// A label and its value.
struct Figure {
  std::string label;
  std::string value;
};

/// The eight classic figures in their order, and the unsent messages behind them when there are any.
/// The success rate is of all scheduled messages; `peak_connections`: the most that were open at once.
std::vector<Figure> ClassicFigures(Language language, const Counters& totals, int64_t peak_connections,
                                   double elapsed_s, double measured_s);

/// Failures of messages by cause, only those that happened.
std::vector<Figure> MessageFailures(Language language, const Counters& totals);

/// "a 1, b 2".
std::string JoinFigures(const std::vector<Figure>& figures);

/// What a screen has room for, of agents and of what can be said once for each of them.
inline constexpr size_t kMaxAgentLines = 20;

/// The agents to show, in their order: all, or when they are too many the worst (not done, then most messages failed
/// or unsent, then the longest send lag).
std::vector<const AgentResult*> AgentsToShow(const std::vector<AgentResult>& agents);

/// All agents, the worst of them first; among equals in their order.
std::vector<const AgentSnapshot*> WorstFirst(const std::vector<AgentSnapshot>& agents);

/// The line below a list that was cut short; empty when nothing was left out.
std::string MoreLine(Language language, size_t left_out, int margin);

}  // namespace wsload
