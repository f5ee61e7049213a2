#include "controller/screen/screen_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/support/vector_file.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Half a minute into a run of which the server slowed down twice.
ScreenModel Sample(int agents) {
  ScreenModel model;
  model.facts = {.version = "0.0", .server = "ws://gateway:9002/ws", .run_id = "86270a2a11223344"};
  model.facts.plan.clients = 400;
  model.facts.plan.mps = 800;
  model.facts.plan.duration_ns = 40 * kNsPerSecond;
  const auto snapshot = std::make_shared<IntervalSnapshot>();
  for (int second = 0; second < 25; ++second) {
    const bool slow = second == 6 || second == 18;
    model.sent_per_s.push_back(slow ? 500 : 800);
    model.failed_per_s.push_back(slow ? 31 : 0);
    model.response_ms_p50.push_back(4.6);
    model.response_ms_p99.push_back(slow ? 589 : 25.7);
  }
  snapshot->duration_s = 1;
  snapshot->point.phase = Phase::kMeasure;
  snapshot->point.phase_clock_s = 25;
  Counters& totals = snapshot->totals.counters;
  totals.scheduled = 20'004;
  totals.success = 19'938;
  totals.timeout = 62;
  totals.connections.attempted = totals.connections.opened = 400;
  for (Stats* stats : {&snapshot->totals, &snapshot->delta}) {
    stats->response.RecordUs(4'610, 900);
    stats->response.RecordUs(25'700, 90);
    stats->service.RecordUs(4'360, 990);
    stats->send_lag.RecordUs(90, 990);
    stats->send_lag.RecordUs(3'990, 20);
  }
  snapshot->totals.response.RecordUs(736'000, 10);
  snapshot->totals.loop_stall.RecordUs(31'200);
  for (int i = 0; i < agents; ++i) {
    AgentSnapshot agent;
    agent.label = "agent-" + std::to_string(i + 1);
    agent.totals.scheduled = 20'004 / agents;
    agent.totals.timeout = i == 1 ? 57 : 0;
    agent.totals.success = agent.totals.scheduled - agent.totals.timeout;
    agent.totals.connections.opened = 400 / agents;
    agent.response_us_p99 = 588'300;
    agent.send_lag_us_p99 = 3'910;
    agent.worker_cpu_share_max = 0.05;
    agent.clock_offset_us = -40;
    agent.clock_error_us = 100;
    snapshot->agents.push_back(agent);
  }
  model.latest = snapshot;
  model.measured_s = 25;
  model.ends_at = "10:31:12";
  return model;
}

std::string Text(const ScreenModel& model, const ScreenView& view) {
  std::string text;
  for (const StyledLine& line : LayOutScreen(model, view)) text += line.text() + "\n";
  return text;
}

struct Size {
  int width, height;
};
constexpr Size kSizes[] = {{80, 24}, {120, 40}, {60, 20}, {40, 10}, {20, 5}};

TEST(ScreenLayout, IsAsItWasLookedAt) {
  ScreenModel model = Sample(2);
  model.thresholds = {{"p(99)<200ms", "589 ms", false, 7.0}, {"success_rate>=0.99", "0.9969", true, {}}};
  std::string all;
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    for (const auto& [width, height] : kSizes) {
      all += "== " + std::to_string(width) + "x" + std::to_string(height) + "\n";
      all += Text(model, {.width = width, .height = height, .language = language});
    }
  }
  model.AddNotice({StatementKind::kLoadHandedOver, {11, 1'500 * kNsPerMs}, "agent-2"});
  all += "== 80x24, 15 agents, a notice\n" + Text(Sample(15), {});
  for (const ScreenPage page : {ScreenPage::kAgents, ScreenPage::kFailures, ScreenPage::kHelp}) {
    all += "== page\n" + Text(model, {.page = page});
  }
  ExpectVectorFile("screens.txt", all);
}

/// Runs of digits with what belongs to them.
std::set<std::string> Numbers(const std::string& text) {
  static const std::regex kNumber("[0-9][0-9,.:]*");
  std::set<std::string> numbers;
  for (std::sregex_iterator it(text.begin(), text.end(), kNumber), end; it != end; ++it) numbers.insert(it->str());
  return numbers;
}

TEST(ScreenLayout, OfEverySizeFitsAndCutsNoNumber) {
  ScreenModel model = Sample(30);
  model.thresholds = {{"p(99)<200ms", "589 ms", false, 7.0}};
  model.AddNotice({StatementKind::kNothingOpened, {std::string("refused")}});
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    // At a width that has room for all, before the wide layout, and within it.
    std::set<std::string> whole = Numbers(Text(model, {.width = 117, .height = 200, .language = language}));
    whole.merge(Numbers(Text(model, {.width = 250, .height = 200, .language = language})));
    for (int width = 1; width <= 117; ++width) {
      for (const int height : {1, 2, 5, 8, 10, 16, 24, 50}) {
        const ScreenView view = {.width = width, .height = height, .language = language};
        const std::vector<StyledLine> lines = LayOutScreen(model, view);
        EXPECT_LE(lines.size(), static_cast<size_t>(height));
        for (const StyledLine& line : lines) {
          ASSERT_LE(line.width(), width) << line.text();
          // Names and words may be cut, and what is left out is counted anew.
          if (width < 30 || line.text().find("ws://") != std::string::npos) continue;
          if (line.text().find("! ") == 0 || line.text().find("…") == std::string::npos) continue;
          for (const std::string& number : Numbers(line.text())) EXPECT_TRUE(whole.contains(number)) << line.text();
        }
      }
    }
  }
}

TEST(ScreenLayout, ShowsTheWorstAgentsAndSaysHowTheOthersAre) {
  ScreenModel model = Sample(15);
  std::string text = Text(model, {});
  EXPECT_THAT(text, HasSubstr("! agent-2 "));
  EXPECT_LT(text.find("agent-2 "), text.find("agent-1 "));
  EXPECT_THAT(text, HasSubstr(" more, all well\n"));
  auto changed = std::make_shared<IntervalSnapshot>(*model.latest);
  for (AgentSnapshot& agent : changed->agents) agent.state = AgentResult::State::kLost;
  model.latest = changed;
  text = Text(model, {});
  EXPECT_THAT(text, HasSubstr(" of them not well (!)\n"));
}

TEST(ScreenLayout, ShowsTheStageThatRunsWithItsOwnFigures) {
  ScreenModel model = Sample(1);
  model.facts.plan.warm_up_ns = 5 * kNsPerSecond;
  model.facts.plan.stages = *StageList::Parse("20s:@500,peak=20s:@800");
  const auto changed = std::make_shared<IntervalSnapshot>(*model.latest);
  StagePoint peak{.stage = 2, .response = {.p50_us = 4'600, .p99_us = 589'000}};
  peak.counters.scheduled = 4'004;
  peak.counters.success = 3'990;
  peak.counters.timeout = 10;
  changed->stages = {{.stage = 0}, {.stage = 1}, peak};
  model.latest = changed;
  EXPECT_THAT(Text(model, {}),
              HasSubstr("stage       peak, 2 of 2   0:15 left   p99 589 ms   99.75 %   10 failed …\n"));
  EXPECT_THAT(Text(model, {.width = 120, .height = 40}), HasSubstr("peak, 2 of 2"));
  EXPECT_THAT(Text(model, {.language = Language::kChinese}), HasSubstr("peak，第 2/2 个   剩余 0:15"));
  changed->point.phase = Phase::kWarmUp;
  changed->point.phase_clock_s = 2;
  EXPECT_THAT(Text(model, {}), HasSubstr("WARMING UP\n"));
  EXPECT_THAT(Text(model, {}), HasSubstr("0:02 of 0:05"));
}

TEST(ScreenLayout, BeforeTheFirstFiguresSaysSo) {
  ScreenModel model;
  model.facts.version = "0.0";
  EXPECT_THAT(Text(model, {}), HasSubstr("waiting for the first figures"));
  EXPECT_THAT(Text(model, {.paused = true}), HasSubstr("SCREEN PAUSED\n"));
}

TEST(ScreenLayout, KnowsTheLastSecondsOnly) {
  ScreenModel model;
  const auto snapshot = std::make_shared<IntervalSnapshot>();
  snapshot->duration_s = 1;
  snapshot->point.phase = Phase::kMeasure;
  for (size_t i = 0; i < 2 * ScreenModel::kHistory; ++i) model.Add(snapshot);
  EXPECT_EQ(model.sent_per_s.size(), ScreenModel::kHistory);
  EXPECT_EQ(model.response_ms_p99.back(), -1) << "nothing was answered";
  for (size_t i = 0; i < 2 * ScreenModel::kNotices; ++i) model.AddNotice({StatementKind::kLeaseExpired});
  EXPECT_EQ(model.notices.size(), ScreenModel::kNotices);
}

}  // namespace
}  // namespace wsload
