#include "controller/screen/sections.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/stats/figure_list.h"
#include "common/util/text.h"
#include "controller/output/figures.h"
#include "controller/output/load_stages.h"
#include "controller/output/plan_text.h"
#include "controller/screen/charts.h"
#include "controller/screen/labelled.h"

namespace wsload {
namespace {

constexpr double kNsPerS = static_cast<double>(kNsPerSecond);

std::string PhaseWord(const ScreenModel& model, Language language) {
  if (model.latest == nullptr) return Say(language, Msg::kPhaseConnect);
  return Say(language, PhaseMsg(model.latest->point.phase));
}

struct Progress {
  double share = -1;  ///< below 0: nobody knows
  std::vector<Piece> pieces;
};

Progress ProgressOf(const ScreenModel& model, Language language) {
  if (model.latest == nullptr) return {-1, {{Say(language, Msg::kScreenWaiting)}}};
  const SeriesPoint& point = model.latest->point;
  const auto of_time = [&](int64_t planned_ns) -> Progress {
    const double planned_s = static_cast<double>(planned_ns) / kNsPerS;
    const std::string at = ClockText(point.phase_clock_s);
    if (planned_s <= 0 || point.phase_clock_s > planned_s + 1) return {-1, {{at}}};
    const double share = std::min(point.phase_clock_s / planned_s, 1.0);
    return {share,
            {{SharePercentText(share), Style::kStrong, 1}, {Say(language, Msg::kScreenOf, at, ClockText(planned_s))}}};
  };
  switch (point.phase) {
    case Phase::kMeasure: {
      Progress progress = of_time(model.facts.plan.duration_ns);
      if (!model.ends_at.empty()) progress.pieces.push_back({Say(language, Msg::kScreenEnds, model.ends_at)});
      return progress;
    }
    case Phase::kConnect:
      return of_time(model.facts.plan.ramp_up_ns);
    case Phase::kWarmUp:
      return of_time(model.facts.plan.warm_up_ns);
    case Phase::kDrain:
      return of_time(DrainNs(model.facts.plan));
    case Phase::kClose:
      break;
  }
  return of_time(0);
}

std::vector<Piece> RatePieces(const ScreenModel& model, Language language) {
  const double rate =
      model.measured_s > 0 ? static_cast<double>(model.latest->totals.counters.sent()) / model.measured_s : 0;
  if (model.facts.plan.model == LoadModel::kClosed) {
    return {{Say(language, Msg::kScreenRateClosed, rate), Style::kStrong}};
  }
  return {{Say(language, Msg::kScreenRateOf, rate, PlannedRateText(model.facts.plan)), Style::kStrong}};
}

std::vector<Piece> ConnectionPieces(const ScreenModel& model, Language language) {
  const ConnectionCounters& connections = model.latest->totals.counters.connections;
  const auto count = [&](Msg message, int64_t number) {
    return Piece{Say(language, message, GroupedText(number)), number > 0 ? Style::kBad : Style::kPlain};
  };
  return {{Say(language, Msg::kScreenOf, GroupedText(connections.active()),
               GroupedText(WellBehavedClients(model.facts.plan))),
           Style::kStrong},
          count(Msg::kScreenCountFailed, connections.failed),
          count(Msg::kScreenCountLost, connections.lost)};
}

std::vector<Piece> MessagePieces(const ScreenModel& model, Language language) {
  const Counters& totals = model.latest->totals.counters;
  const auto count = [&](Msg message, int64_t number, Style style = Style::kPlain) {
    return Piece{Say(language, message, GroupedText(number)), style, 1};
  };
  std::vector<Piece> pieces = {
      count(Msg::kScreenDue, totals.scheduled, Style::kStrong), count(Msg::kScreenIsOk, totals.success),
      count(Msg::kScreenAndFailed, totals.failed(), totals.failed() > 0 ? Style::kBad : Style::kPlain)};
  if (totals.unsent > 0) pieces.push_back(count(Msg::kScreenAndUnsent, totals.unsent, Style::kBad));
  pieces.push_back(count(Msg::kScreenAndOpen, totals.open()));
  if (const int64_t ended = totals.scheduled - totals.open(); ended > 0) {
    pieces.push_back(
        {PercentText(static_cast<double>(totals.success) / static_cast<double>(ended)) + " %", Style::kStrong});
  }
  return pieces;
}

/// The stage that runs, and what became of its messages.
std::vector<Piece> StagePieces(const ScreenModel& model, Language language) {
  const SeriesPoint& point = model.latest->point;
  const LoadStages stages(model.facts.plan);
  const TimelineStage* const stage = stages.At(point.phase, point.phase_clock_s);
  if (stage == nullptr || !stage->measured()) return {};
  const std::vector<TimelineStage>& timeline = stages.timeline();
  const auto warm_ups = static_cast<size_t>(timeline.front().measured() ? 0 : 1);
  const auto place = static_cast<size_t>(stage - timeline.data());
  std::vector<Piece> pieces = {
      {Say(language, Msg::kScreenStageOf, stage->name, place + 1 - warm_ups, timeline.size() - warm_ups),
       Style::kStrong},
      {Say(language, Msg::kScreenStageLeft, ClockText(stages.LeftOf(*stage, point.phase, point.phase_clock_s)))}};
  for (const StagePoint& so_far : model.latest->stages) {
    if (static_cast<size_t>(so_far.stage) != place) continue;
    const Counters& counters = so_far.counters;
    const int64_t failed = counters.failed() + counters.unsent;
    const bool answered = counters.success > 0;
    if (answered) pieces.push_back({fmt::format("p99 {} ms", ShortMsText(so_far.response.p99_us))});
    if (const int64_t ended = counters.scheduled - counters.open(); ended > 0) {
      pieces.push_back({PercentText(static_cast<double>(counters.success) / static_cast<double>(ended)) + " %"});
    }
    pieces.push_back(
        {Say(language, Msg::kScreenCountFailed, GroupedText(failed)), failed > 0 ? Style::kBad : Style::kPlain});
    if (answered) pieces.push_back({fmt::format("p50 {} ms", ShortMsText(so_far.response.p50_us))});
  }
  return pieces;
}

/// In the table's columns.
std::vector<Cell> LatencyCells(std::string label, const Histogram& histogram) {
  std::vector<Cell> cells = {{std::move(label), Style::kFaint}};
  for (const double percentile : {50.0, 95.0, 99.0}) {
    cells.push_back({histogram.count() > 0 ? ShortMsText(histogram.PercentileUs(percentile)) : "-"});
  }
  cells.push_back({histogram.count() > 0 ? ShortMsText(histogram.max_us()) : "-"});
  return cells;
}

}  // namespace

void AddTitle(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  const Language language = view.language;
  std::string phase = AsciiUpper(PhaseWord(model, language));
  if (view.paused) phase = Say(language, Msg::kScreenPaused);
  phase = Shortened(phase, view.width);
  const int room = view.width - DisplayWidth(phase) - 1;
  constexpr int kRoomForServer = 24, kLongestServer = 40, kRoomForMore = 100;
  std::vector<Piece> pieces = {{"wsload " + model.facts.version, Style::kStrong}};
  if (room > kRoomForServer) {
    const int longest = std::max(kLongestServer, room - kRoomForMore + kLongestServer);
    constexpr int kGapAndMark = 5;
    const int left = room - DisplayWidth(pieces.front().text) - kGapAndMark;
    pieces.push_back({Shortened(model.facts.server, std::min(longest, left))});
  }
  if (model.latest != nullptr && model.latest->agents.size() > 1) {
    pieces.push_back({Say(language, Msg::kScreenAgents, model.latest->agents.size())});
  }
  if (room > kRoomForMore) {
    pieces.push_back(
        {Say(language, Msg::kScreenLoad, GroupedText(model.facts.plan.clients), PlannedRateText(model.facts.plan))});
  }
  constexpr size_t kShortId = 8;
  pieces.push_back({Say(language, Msg::kScreenRun, model.facts.run_id.substr(0, kShortId)), Style::kFaint});
  StyledLine line = FitLine({}, pieces, room);
  line.PadTo(view.width - DisplayWidth(phase)).Add(phase, view.paused ? Style::kWarning : Style::kStrong);
  rows.Add(Rank::kTitle, line);
}

void AddProgress(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  const Progress progress = ProgressOf(model, view.language);
  int taken = 0;
  for (const Piece& piece : progress.pieces) taken += DisplayWidth(piece.text) + piece.gap;
  constexpr int kLongestBar = 102, kShortestBar = 8;
  const int bar = std::clamp(view.width - taken, kShortestBar, kLongestBar);
  StyledLine line;
  if (progress.share >= 0) line.Add(ProgressBar(progress.share, bar), Style::kGood);
  rows.Add(Rank::kProgress, FitLine(line, progress.pieces, view.width));
}

namespace {

void AddStage(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  std::vector<Piece> pieces = StagePieces(model, view.language);
  if (!pieces.empty()) rows.Add(Rank::kConnections, Labelled(view, Msg::kScreenStage, std::move(pieces)));
}

}  // namespace

void AddCounts(Rows& rows, const ScreenModel& model, const ScreenView& view, bool wide) {
  const Language language = view.language;
  if (wide) {
    std::vector<Piece> pieces = RatePieces(model, language);
    StyledLine line = StyledLine(Say(language, Msg::kScreenRate) + " ", Style::kFaint);
    const auto add = [&](Msg label, std::vector<Piece> more) {
      more.front().text = Say(language, label) + " " + more.front().text;
      for (Piece& piece : more) pieces.push_back(std::move(piece));
    };
    pieces.front().gap = 0;
    std::vector<Piece> messages = MessagePieces(model, language);
    messages.front().gap = 4;
    add(Msg::kMessages, std::move(messages));
    std::vector<Piece> connections = ConnectionPieces(model, language);
    connections.front().gap = 4;
    // What did not happen has no room here.
    std::erase_if(connections, [](const Piece& piece) { return piece.style == Style::kPlain; });
    add(Msg::kConnections, std::move(connections));
    rows.Add(Rank::kMessages, FitLine(line, pieces, view.width));
    AddStage(rows, model, view);
    return;
  }
  std::vector<Piece> rate = RatePieces(model, language);
  if (!model.sent_per_s.empty()) {
    // The line over time takes what the figures leave.
    const Piece now = {Say(language, Msg::kScreenNow, model.sent_per_s.back())};
    constexpr int kLongest = 30, kShortest = 8;
    const int room = view.width - kLabelWidth - DisplayWidth(rate.front().text) - DisplayWidth(now.text) - 2 * now.gap;
    if (room >= kShortest) {
      rate.push_back({Sparkline(model.sent_per_s, std::min(room, kLongest), Scale::kFromZero), Style::kGood});
    }
    rate.push_back(now);
  }
  rows.Add(Rank::kRate, Labelled(view, Msg::kScreenRate, std::move(rate)));
  rows.Add(Rank::kConnections, Labelled(view, Msg::kConnections, ConnectionPieces(model, language)));
  rows.Add(Rank::kMessages, Labelled(view, Msg::kMessages, MessagePieces(model, language)));
  AddStage(rows, model, view);
}

void AddFailures(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  std::vector<Piece> pieces;
  const Counters& totals = model.latest->totals.counters;
  for (const Figure& failure : MessageFailures(view.language, totals)) {
    pieces.push_back({failure.label + " " + failure.value, Style::kBad});
  }
  for (const CauseCounts* causes : {&totals.connections.failures, &totals.connections.losses}) {
    for (const auto& [cause, count] : *causes) pieces.push_back({cause + " " + GroupedText(count), Style::kBad});
  }
  if (pieces.empty()) pieces.push_back({Say(view.language, Msg::kScreenNone)});
  rows.Add(Rank::kFailures, Labelled(view, Msg::kScreenFailures, std::move(pieces)));
}

void AddLatencies(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  const Language language = view.language;
  const IntervalSnapshot& latest = *model.latest;
  const FitTable table({kLabelWidth, 6, 6, 6, 7}, 1);
  constexpr int kTable = kLabelWidth + 6 + 6 + 6 + 7 + 4, kGap = 3, kLongest = 30, kShortest = 8;
  const int room = std::min(view.width - kTable - kGap, kLongest);
  const auto row = [&](std::vector<Cell> cells) { return table.Row(cells, view.width); };
  const bool closed = model.facts.plan.model == LoadModel::kClosed;
  StyledLine header = row({{Say(language, closed ? Msg::kScreenServiceMs : Msg::kScreenResponseMs), Style::kFaint},
                           {"p50", Style::kFaint},
                           {"p95", Style::kFaint},
                           {"p99", Style::kFaint},
                           {Say(language, Msg::kMax), Style::kFaint}});
  StyledLine second = row(LatencyCells(" " + Say(language, Msg::kScreenThisSecond), latest.delta.answers()));
  if (room >= kShortest && !model.response_ms_p99.empty()) {
    const auto shown = std::min(model.response_ms_p99.size(), static_cast<size_t>(room));
    const auto caption =
        Say(language, Msg::kScreenLastSeconds,
            static_cast<double>(shown) * static_cast<double>(model.facts.plan.report_interval_ns) / kNsPerS);
    if (kTable + kGap + DisplayWidth(caption) <= view.width) header.PadTo(kTable + kGap).Add(caption, Style::kFaint);
    second.PadTo(kTable + kGap).Add(Sparkline(model.response_ms_p99, room, Scale::kLogarithmic), Style::kWarning);
  }
  rows.Add(Rank::kLatencyHeader, std::move(header));
  rows.Add(Rank::kLatency, std::move(second));
  rows.Add(Rank::kLatencyWhole, row(LatencyCells(" " + Say(language, Msg::kScreenWholeRun), latest.totals.answers())));
  if (!closed) rows.Add(Rank::kService, row(LatencyCells(Say(language, Msg::kScreenServiceMs), latest.totals.service)));
}

void AddPushes(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  if (model.facts.plan.push == PushMode::kOff) return;
  const Language language = view.language;
  const Counters& totals = model.latest->totals.counters;
  const Histogram& delivery = model.latest->totals.push_delivery;
  std::vector<Piece> pieces = {{Say(language, Msg::kScreenPushed, GroupedText(totals.push_received)), Style::kStrong}};
  if (delivery.count() > 0) {
    pieces.push_back({Say(language, Msg::kScreenDelivery, ShortMsText(delivery.PercentileUs(50)),
                          ShortMsText(delivery.PercentileUs(99)))});
  }
  const auto amiss = [&](Msg message, int64_t number) {
    if (number > 0) pieces.push_back({Say(language, message, GroupedText(number)), Style::kBad});
  };
  amiss(Msg::kScreenDuplicates, totals.push_duplicates);
  amiss(Msg::kScreenRepeats, totals.pushes_repeated);
  amiss(Msg::kScreenOutOfOrder, totals.push_out_of_order);
  rows.Add(Rank::kPushes, Labelled(view, Msg::kPushes, std::move(pieces)));
}

void AddGenerator(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  const Language language = view.language;
  const Histogram& lag = model.latest->totals.send_lag;
  double cpu_share = 0;
  for (const AgentSnapshot& agent : model.latest->agents) cpu_share = std::max(cpu_share, agent.worker_cpu_share_max);
  const bool late = lag.count() > 0 && lag.PercentileUs(99) > kSendLagBoundUs;
  std::vector<Piece> pieces = {
      {Say(language, late ? Msg::kScreenLate : Msg::kDoctorOk), late ? Style::kBad : Style::kGood}};
  if (lag.count() > 0) {
    pieces.push_back({Say(language, Msg::kScreenLag, ShortMsText(lag.PercentileUs(99)), kSendLagBoundUs / 1000)});
  }
  pieces.push_back({Say(language, Msg::kScreenCpu, SharePercentText(cpu_share))});
  if (const Histogram& stalls = model.latest->totals.loop_stall; stalls.count() > 0) {
    pieces.push_back({Say(language, Msg::kScreenStall, ShortMsText(stalls.max_us()))});
  }
  rows.Add(Rank::kGenerator, Labelled(view, Msg::kScreenGenerator, std::move(pieces)));
}

void AddThresholds(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  bool first = true;
  for (const ThresholdState& threshold : model.thresholds) {
    StyledLine lead = first ? LabelOf(view, Msg::kScreenThresholds) : StyledLine();
    if (view.width >= kLabelWidth * 4) lead.PadTo(kLabelWidth);
    const std::string sign = threshold.holds ? "✓" : "✗";
    const Style style = threshold.holds ? Style::kGood : Style::kBad;
    std::vector<Piece> pieces = {{sign + " " + threshold.expression, style, 0}, {threshold.value, style}};
    if (threshold.broken_since_s.has_value()) {
      pieces.push_back({Say(view.language, Msg::kScreenFailingSince, ClockText(*threshold.broken_since_s)), style});
    }
    rows.Add(Rank::kThreshold, FitLine(std::move(lead), pieces, view.width));
    first = false;
  }
}

void AddNotices(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  constexpr size_t kShown = 2;
  const size_t from = model.notices.size() - std::min(kShown, model.notices.size());
  for (size_t i = from; i < model.notices.size(); ++i) {
    std::string text = NoticeLine(view.language, model.notices[i]);
    text.pop_back();
    rows.Add(Rank::kNotice, StyledLine(Shortened(text, view.width), Style::kWarning));
  }
}

StyledLine KeysLine(const ScreenView& view) {
  std::vector<Piece> pieces;
  for (const Msg key : {Msg::kScreenKeyQuit, Msg::kScreenKeyAgents, Msg::kScreenKeyFailures, Msg::kScreenKeyPause,
                        Msg::kScreenKeyHelp}) {
    pieces.push_back({Say(view.language, key), Style::kFaint});
  }
  return FitLine({}, pieces, view.width);
}

void AddCharts(Rows& rows, const ScreenModel& model, const ScreenView& view, int height) {
  const Language language = view.language;
  const int left = (view.width - 1) / 2;
  const int right = view.width - 1 - left;
  const std::vector<double> due(model.sent_per_s.size(), MeanPerSecond(model.facts.plan));
  const Chart messages = {.title = Say(language, Msg::kScreenMessagesChart),
                          .legend = Say(language, Msg::kScreenMessagesLegend),
                          .series = {{due, true, Style::kFaint},
                                     {model.failed_per_s, false, Style::kBad},
                                     {model.sent_per_s, false, Style::kGood}}};
  const Chart response = {
      .title = Say(language, Msg::kScreenResponseChart),
      .legend = Say(language, Msg::kScreenResponseLegend),
      .scale = Scale::kLogarithmic,
      .series = {{model.response_ms_p50, true, Style::kPlain}, {model.response_ms_p99, false, Style::kWarning}}};
  const std::vector<StyledLine> a = DrawChart(messages, left, height), b = DrawChart(response, right, height);
  for (size_t i = 0; i < a.size(); ++i) {
    StyledLine line = a[i];
    rows.Add(Rank::kChart, line.Add(" ").Add(b[i]));
  }
}

void AddPercentiles(Rows& rows, const ScreenModel& model, const ScreenView& view) {
  const Language language = view.language;
  const Stats& totals = model.latest->totals;
  const FitTable table({kLabelWidth, 7, 7, 7, 7, 7, 7}, 1);
  constexpr int kTable = kLabelWidth + 6 * 8, kGap = 8;
  std::vector<StyledLine> lines = {table.Row({{"ms", Style::kFaint},
                                              {"p50", Style::kFaint},
                                              {"p90", Style::kFaint},
                                              {"p95", Style::kFaint},
                                              {"p99", Style::kFaint},
                                              {"p99.9", Style::kFaint},
                                              {Say(language, Msg::kMax), Style::kFaint}},
                                             view.width)};
  const auto add = [&](std::string label, const Histogram& histogram) {
    std::vector<Cell> cells = {{" " + std::move(label), Style::kFaint}};
    for (const double percentile : {50.0, 90.0, 95.0, 99.0, 99.9}) {
      cells.push_back({histogram.count() > 0 ? ShortMsText(histogram.PercentileUs(percentile)) : "-"});
    }
    cells.push_back({histogram.count() > 0 ? ShortMsText(histogram.max_us()) : "-"});
    lines.push_back(table.Row(cells, view.width));
  };
  add(Say(language, Msg::kScreenThisSecond), model.latest->delta.answers());
  add(Say(language, Msg::kResponse), totals.response);
  add(Say(language, Msg::kService), totals.service);
  add(Say(language, Msg::kSendLag), totals.send_lag);
  // Beside it, as many causes as it has lines.
  std::vector<Cell> beside = {{Say(language, Msg::kScreenFailures), Style::kFaint}};
  for (const Figure& failure : MessageFailures(language, totals.counters)) {
    beside.push_back({failure.label + " " + failure.value, Style::kBad});
  }
  for (const CauseCounts* causes : {&totals.counters.connections.failures, &totals.counters.connections.losses}) {
    for (const auto& [cause, count] : *causes) beside.push_back({cause + " " + GroupedText(count), Style::kBad});
  }
  if (beside.size() == 1) beside.push_back({Say(language, Msg::kScreenNone)});
  if (beside.size() > lines.size()) {
    beside.resize(lines.size() - 1);
    beside.push_back({std::string(kLeftOut)});
  }
  constexpr Rank kRanks[] = {Rank::kLatencyHeader, Rank::kLatency, Rank::kLatencyWhole, Rank::kService, Rank::kService};
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i < beside.size()) {
      lines[i].PadTo(kTable + kGap);
      lines[i].Add(Shortened(beside[i].text, view.width - lines[i].width()), beside[i].style);
    }
    rows.Add(kRanks[i], lines[i]);
  }
}

}  // namespace wsload
