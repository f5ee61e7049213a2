#include "controller/output/run_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/util/status.h"
#include "controller/output/older_run.h"
#include "controller/output/output_dir.h"
#include "controller/output/result_json.h"
#include "controller/output/timeseries_csv.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kNow = 1'795'898'100 * kNsPerSecond;  // 2026-11-28T20:35:00Z

class Notices final : public RunListener {
 public:
  void OnPhase(Phase) override {}
  void OnInterval(const SeriesPoint&, const Stats&, const Stats&, const std::vector<AgentResult>&) override {
    ++intervals;
  }
  void OnNotice(const Statement& notice) override { lines.push_back(StatementText(Language::kEnglish, notice)); }

  int intervals = 0;
  std::vector<std::string> lines;
};

class RunFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/wsload-run-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
    result_.run_id = "new";
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  /// All files below the directory, sorted.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) {
      if (entry.is_regular_file()) files.push_back(std::filesystem::relative(entry.path(), dir_));
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  std::string Content(const std::string& name) const {
    std::ifstream file(dir_ + "/" + name, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }
  void Write(const std::string& name, const std::string& content) const { std::ofstream(dir_ + "/" + name) << content; }
  RunFiles Begin(const std::string& id, bool by_default = false) {
    return RunFiles({.dir = dir_, .by_default = by_default}, id, result_.plan, kNow, &notices_);
  }
  void Report(RunFiles& files) const {
    for (const SeriesPoint& point : result_.series) files.OnInterval(point, Stats(), Stats(), {});
  }

  std::string dir_;
  RunResult result_ = PerfectResult();
  Notices notices_;
};

TEST_F(RunFilesTest, WhatIsThereWhileTheRunGoesOnCanBeRead) {
  RunFiles files = Begin("new");
  EXPECT_THAT(Files(), IsEmpty()) << "it has not begun";
  files.OnPhase(Phase::kConnect);
  Report(files);
  EXPECT_THAT(Files(), ElementsAre("run.json", "timeseries.csv"));
  EXPECT_EQ(Content("timeseries.csv"), TimeseriesCsv(result_));
  const auto run = nlohmann::json::parse(Content("run.json"));
  EXPECT_EQ(run["schema"], "wsload.run/1");
  EXPECT_EQ(run["run_id"], "new");
  EXPECT_EQ(run["started_at"], "2026-11-28T20:35:00.000Z");
  EXPECT_EQ(run["plan"], nlohmann::json::parse(ResultJson(result_))["plan"]);
  EXPECT_EQ(Content("run.json").find("secret"), std::string::npos);
  EXPECT_EQ(notices_.intervals, static_cast<int>(result_.series.size()));

  ASSERT_TRUE(files.Finish(result_).ok());
  EXPECT_THAT(Files(), ElementsAre("report.html", "result.json", "timeseries.csv"));
  EXPECT_EQ(Content("result.json"), ResultJson(result_));
  EXPECT_EQ(Content("timeseries.csv"), TimeseriesCsv(result_));
  EXPECT_EQ(files.dir(), dir_);
  EXPECT_THAT(notices_.lines, IsEmpty());
}

TEST_F(RunFilesTest, AnOlderResultMovesAside) {
  result_.run_id = "older1";
  ASSERT_TRUE(WriteResultFiles(dir_, result_).ok());
  const std::string older = Content("result.json");
  Write("notes.txt", "mine");
  result_.run_id = "new";
  RunFiles files = Begin("new");
  EXPECT_EQ(RunIn(dir_), "older1") << "nothing moves before the run begins";
  files.OnPhase(Phase::kConnect);
  EXPECT_THAT(Files(), ElementsAre("notes.txt", "older1/report.html", "older1/result.json", "older1/timeseries.csv",
                                   "run.json", "timeseries.csv"));
  ASSERT_TRUE(files.Finish(result_).ok());
  EXPECT_EQ(Content("older1/result.json"), older);
  EXPECT_EQ(RunIn(dir_), "new");
  EXPECT_THAT(notices_.lines, ElementsAre("the older result in " + dir_ + " is now in " + dir_ + "/older1"));
}

TEST_F(RunFilesTest, WhatAKilledRunLeftMovesAsideToo) {
  Begin("killed").OnPhase(Phase::kConnect);
  RunFiles files = Begin("new");
  files.OnPhase(Phase::kConnect);
  EXPECT_THAT(Files(), ElementsAre("killed/run.json", "killed/timeseries.csv", "run.json", "timeseries.csv"));
}

TEST_F(RunFilesTest, FilesWithoutAnIdMoveAsideAndReplaceNothing) {
  for (const char* id : {"", "../up", ".hidden", "a/b"}) {
    Write("result.json", std::string("{\n  \"run_id\": \"") + id + "\"\n}");
    ASSERT_TRUE(MoveOlderRun(dir_).ok());
  }
  EXPECT_THAT(Files(),
              ElementsAre("older-2/result.json", "older-3/result.json", "older-4/result.json", "older/result.json"));
  EXPECT_EQ(*MoveOlderRun(dir_), "") << "there is nothing left to move";
}

TEST_F(RunFilesTest, ARunThatNeverBeganLeavesTheOlderOneAlone) {
  result_.run_id = "older1";
  ASSERT_TRUE(WriteResultFiles(dir_, result_).ok());
  result_.run_id = "new";
  result_.error = absl::UnavailableError("no agent");
  RunFiles files = Begin("new");
  EXPECT_TRUE(files.Finish(result_).ok());
  EXPECT_EQ(files.dir(), "");
  EXPECT_EQ(RunIn(dir_), "older1");
  EXPECT_THAT(Files(), ElementsAre("report.html", "result.json", "timeseries.csv"));
}

TEST_F(RunFilesTest, ARunThatNeverBeganLeavesNoDirectoryOfItsOwn) {
  result_.error = absl::UnavailableError("no agent");
  RunFiles files = Begin("new", /*by_default=*/true);
  EXPECT_TRUE(files.Finish(result_).ok());
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(RunFilesTest, AnInterruptedRunIsKeptHoweverEarly) {
  result_.interrupted = true;
  RunFiles files = Begin("new", /*by_default=*/true);
  EXPECT_TRUE(files.Finish(result_).ok());
  EXPECT_THAT(Files(), ElementsAre("report.html", "result.json", "timeseries.csv"));
}

TEST_F(RunFilesTest, TwoRunsAtOnceReplaceNothingOfEachOther) {
  RunFiles first = Begin("first");
  first.OnPhase(Phase::kConnect);
  RunFiles second = Begin("new");
  second.OnPhase(Phase::kConnect);
  Report(first);
  RunResult of_first = result_;
  of_first.run_id = "first";
  ASSERT_TRUE(first.Finish(of_first).ok());
  EXPECT_EQ(first.dir(), dir_ + "/first");
  ASSERT_TRUE(second.Finish(result_).ok());
  EXPECT_EQ(second.dir(), dir_);
  EXPECT_THAT(Files(), ElementsAre("first/report.html", "first/result.json", "first/timeseries.csv", "report.html",
                                   "result.json", "timeseries.csv"));
  EXPECT_EQ(RunIn(dir_), "new");
  EXPECT_EQ(RunIn(dir_ + "/first"), "first");
}

TEST_F(RunFilesTest, ASeriesThatCannotBeWrittenIsOneNotice) {
  RunFiles files = Begin("new");
  std::filesystem::remove_all(dir_);
  files.OnPhase(Phase::kConnect);
  Report(files);
  ASSERT_EQ(notices_.lines.size(), 1u);
  EXPECT_THAT(notices_.lines[0], HasSubstr("cannot write " + dir_ +
                                           "/timeseries.csv: No such file or directory; the run "
                                           "goes on"));
  EXPECT_EQ(notices_.intervals, static_cast<int>(result_.series.size()));
  EXPECT_THAT(std::string(Text(files.Finish(result_))), HasSubstr("cannot write " + dir_ + "/result.json"));
}

TEST_F(RunFilesTest, NothingIsKeptWhereNothingIsWanted) {
  RunFiles files({}, "new", result_.plan, kNow, nullptr);
  files.OnPhase(Phase::kConnect);
  Report(files);
  EXPECT_TRUE(files.Finish(result_).ok());
  EXPECT_EQ(files.dir(), "");
}

TEST(OutputDirOf, HasTheDateAndTheRunsId) {
  EXPECT_EQ(OutputDirOf("", "3f2a", kNow), "wsload-results/20261128-203500-3f2a");
  EXPECT_EQ(OutputDirOf("dir", "3f2a", kNow), "dir");
  EXPECT_EQ(OutputDirOf("none", "3f2a", kNow), "");
  EXPECT_EQ(OutputDirOf("./none", "3f2a", kNow), "./none");
}

}  // namespace
}  // namespace wsload
