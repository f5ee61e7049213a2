#include "controller/output/live_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "controller/output/result_json.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using Json = nlohmann::json;

std::set<std::string> KeysOf(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

TEST(LiveJson, CallsThingsAsTheResultDoes) {
  const RunResult whole = PerfectResult();
  const Json result = Json::parse(ResultJson(whole));
  std::vector<AgentSnapshot> agents;
  for (const AgentResult& agent : whole.agents) agents.push_back(SnapshotOf(agent));
  const std::string text = LiveJson({whole.plan, whole.series.front(), whole.totals, agents, 10.0});
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Json live = Json::parse(text);
  EXPECT_EQ(live["schema"], "wsload.interval/1");
  EXPECT_EQ(live["point"], result["series"][0]);
  EXPECT_EQ(KeysOf(live["totals"]), KeysOf(result["totals"]));
  EXPECT_EQ(KeysOf(live["rates"]), KeysOf(result["rates"]));
  EXPECT_EQ(live["generator"]["bounds"], result["generator"]["bounds"]);
  for (const auto& [name, figures] : live["latency_us"].items()) {
    Json wanted = result["latency_us"][name];
    wanted.erase("histogram");
    EXPECT_EQ(figures, wanted) << name;
  }
  ASSERT_EQ(live["agents"].size(), whole.agents.size());
  EXPECT_EQ(live["agents"][0]["state"], "running");
  EXPECT_EQ(live["agents"][0]["totals"]["success"], result["agents"][0]["totals"]["success"]);
  EXPECT_EQ(live["agents"][0]["latency_us"]["response"]["p99"], result["agents"][0]["latency_us"]["response"]["p99"]);
}

TEST(LiveJson, TellsHowFarThePhaseHasCome) {
  const RunResult whole = PerfectResult();
  SeriesPoint point;
  point.phase = Phase::kMeasure;
  point.phase_clock_s = 2.5;
  point.active_connections = 7;
  const Json live = Json::parse(LiveJson({whole.plan, point, whole.totals, {}, 2.5}));
  EXPECT_EQ(live["progress"], Json({{"phase", "measure"},
                                    {"elapsed_s", 2.5},
                                    {"planned_s", static_cast<double>(whole.plan.duration_ns) / 1e9}}));
  EXPECT_EQ(live["active_connections"], 7);
  EXPECT_EQ(live["agents"], Json::array());
}

}  // namespace
}  // namespace wsload
