#include "controller/page/series_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "common/plan/phase.h"
#include "controller/output/live_json.h"

namespace wsload {
namespace {

using Json = nlohmann::json;

Json Written(const SeriesTable& table) {
  std::string out;
  table.Write(out);
  return Json::parse(out);
}

TEST(SeriesTable, GivesBackWhatItWasGiven) {
  SeriesTable table;
  const char* const points[] = {R"({"phase":"connect","n":1,"x":0.25,"failures":{"timeout":0,"refused":2}})",
                                R"({"phase":"measure","late":true,"n":null,"x":-1e-9,"failures":{"other":1}})"};
  for (const char* point : points) ASSERT_TRUE(table.Add(point).ok());
  EXPECT_EQ(Written(table), Json::parse(R"([{"phase":"connect","n":1,"x":0.25,"failures":{"timeout":0,"refused":2}},
                                            {"phase":"measure","x":-1e-9,"failures":{"other":1}}])"));
}

TEST(SeriesTable, HoldsAPointAsTheResultHasIt) {
  SeriesPoint point;
  point.phase = Phase::kMeasure;
  point.elapsed_s = 1.5;
  point.delta.scheduled = 12;
  point.delta.timeout = 2;
  point.latencies[0].p99_us = 4600;
  SeriesTable table;
  ASSERT_TRUE(table.Add(LivePointJson(point)).ok());
  EXPECT_EQ(Written(table)[0], Json::parse(LivePointJson(point)));
}

TEST(SeriesTable, MergesNeighboursOfAPhaseByWhatTheyAre) {
  SeriesTable table;
  for (int i = 0; i < 4; ++i) {
    const std::string point = fmt::format(
        R"({{"phase":"{}","interval":{},"elapsed_s":{},"agents_reporting":{},"active_connections":{},"success":{},)"
        R"("failures":{{"timeout":{}}},"response_us":{{"p99":{}}},"worker_cpu_share_max":{}}})",
        i < 3 ? "measure" : "drain", i, i + 1, 3 - i, 10 - i, i, i, i == 0 ? 50 : 5, 0.1 * (i + 1));
    ASSERT_TRUE(table.Add(point).ok());
  }
  table.Thin(2);
  EXPECT_EQ(Written(table), Json::parse(R"([
    {"phase":"measure","interval":0,"elapsed_s":2,"agents_reporting":2,"active_connections":9,"success":1,
     "failures":{"timeout":1},"response_us":{"p99":50},"worker_cpu_share_max":0.2},
    {"phase":"measure","interval":2,"elapsed_s":3,"agents_reporting":1,"active_connections":8,"success":2,
     "failures":{"timeout":2},"response_us":{"p99":5},"worker_cpu_share_max":0.30000000000000004},
    {"phase":"drain","interval":3,"elapsed_s":4,"agents_reporting":0,"active_connections":7,"success":3,
     "failures":{"timeout":3},"response_us":{"p99":5},"worker_cpu_share_max":0.4}])"));
  table.Thin(10);
  EXPECT_EQ(table.size(), 3u);
}

TEST(SeriesTable, RefusesWhatIsNoPoint) {
  SeriesTable table;
  for (const char* text : {"", "1", "[]", "null", "{", R"({"a":1}x)"}) EXPECT_FALSE(table.Add(text).ok()) << text;
}

}  // namespace
}  // namespace wsload
