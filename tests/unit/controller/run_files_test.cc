#include "controller/output/run_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/util/status.h"
#include "controller/hdr/interval_log.h"
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
    return RunFiles({.dir = dir_, .by_default = by_default}, id, result_.plan, kNow,
                    [this](const Statement& notice) { notices_.push_back(StatementText(Language::kEnglish, notice)); });
  }
  void Report(RunFiles& files) const {
    int64_t number = 0;
    for (const SeriesPoint& point : result_.series) {
      files.OnInterval(std::make_shared<const IntervalSnapshot>(
          TakeSnapshot(number++, kNsPerSecond, point,
                       point.delta.success > 0 ? PerfectMeasure(point.delta.success) : Stats(), Stats(), {})));
    }
  }

  static absl::Status End(RunFiles& files, const RunResult& result) {
    files.OnEnd(result);
    return files.written();
  }

  std::string dir_;
  RunResult result_ = PerfectResult();
  std::vector<std::string> notices_;
};

TEST_F(RunFilesTest, WhatIsThereWhileTheRunGoesOnCanBeRead) {
  RunFiles files = Begin("new");
  EXPECT_THAT(Files(), IsEmpty()) << "it has not begun";
  files.OnBegin();
  Report(files);
  EXPECT_THAT(Files(), ElementsAre("latency.hlog", "run.json", "timeseries.csv"));
  EXPECT_EQ(Content("timeseries.csv"), TimeseriesCsv(result_));
  const absl::StatusOr<IntervalLog> log = ReadIntervalLog(Content("latency.hlog"));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(log->intervals.size(), 2u);
  EXPECT_EQ(log->intervals[0].response.count(), 100);
  EXPECT_NEAR(log->intervals[1].span.start_s, log->intervals[0].span.start_s + 1, 0.001);
  const auto run = nlohmann::json::parse(Content("run.json"));
  EXPECT_EQ(run["schema"], "wsload.run/1");
  EXPECT_EQ(run["run_id"], "new");
  EXPECT_EQ(run["started_at"], "2026-11-28T20:35:00.000Z");
  EXPECT_EQ(run["plan"], nlohmann::json::parse(ResultJson(result_))["plan"]);
  EXPECT_EQ(Content("run.json").find("secret"), std::string::npos);

  ASSERT_TRUE(End(files, result_).ok());
  EXPECT_THAT(Files(), ElementsAre("junit.xml", "latency.hgrm", "latency.hlog", "report.html", "result.json",
                                   "summary.md", "timeseries.csv"));
  EXPECT_EQ(Content("result.json"), ResultJson(result_));
  EXPECT_EQ(Content("timeseries.csv"), TimeseriesCsv(result_));
  EXPECT_EQ(files.dir(), dir_);
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(RunFilesTest, WhatAgentsReportTooLateIsInTheLogAtTheEnd) {
  RunFiles files = Begin("new");
  files.OnBegin();
  Report(files);
  result_.totals.response.RecordUs(500'000, 7);
  ASSERT_TRUE(End(files, result_).ok());
  const absl::StatusOr<IntervalLog> log = ReadIntervalLog(Content("latency.hlog"));
  ASSERT_TRUE(log.ok()) << log.status();
  Histogram sum;
  for (const LoggedInterval& interval : log->intervals) sum.Merge(interval.response);
  EXPECT_EQ(sum.count(), result_.totals.response.count());
  EXPECT_EQ(sum.max_us(), 500'000);
}

TEST_F(RunFilesTest, AnOlderResultMovesAside) {
  result_.run_id = "older1";
  ASSERT_TRUE(WriteResultFiles(dir_, result_, Language::kEnglish).ok());
  const std::string older = Content("result.json");
  Write("notes.txt", "mine");
  result_.run_id = "new";
  RunFiles files = Begin("new");
  EXPECT_EQ(RunIn(dir_), "older1") << "nothing moves before the run begins";
  files.OnBegin();
  EXPECT_THAT(Files(), ElementsAre("latency.hlog", "notes.txt", "older1/junit.xml", "older1/latency.hgrm",
                                   "older1/report.html", "older1/result.json", "older1/summary.md",
                                   "older1/timeseries.csv", "run.json", "timeseries.csv"));
  ASSERT_TRUE(End(files, result_).ok());
  EXPECT_EQ(Content("older1/result.json"), older);
  EXPECT_EQ(RunIn(dir_), "new");
  EXPECT_THAT(notices_, ElementsAre("the older result in " + dir_ + " is now in " + dir_ + "/older1"));
}

TEST_F(RunFilesTest, SeveralRunsMoveAsideTogether) {
  for (int number = 1; number <= 2; ++number) {
    result_.run_id = fmt::format("id{}", number);
    ASSERT_TRUE(MakeOutputDir(RunDirIn(dir_, number)).ok());
    ASSERT_TRUE(WriteResultFiles(RunDirIn(dir_, number), result_, Language::kEnglish).ok());
  }
  Write("junit.xml", "of both");
  std::filesystem::create_directory(dir_ + "/run-book");
  EXPECT_EQ(*MoveOlderRun(dir_), dir_ + "/id1");
  EXPECT_TRUE(HasRun(dir_ + "/id1/run-1") && HasRun(dir_ + "/id1/run-2"));
  EXPECT_EQ(Content("id1/junit.xml"), "of both");
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/run-book"));
  Write("junit.xml", "of other tests");
  EXPECT_EQ(*MoveOlderRun(dir_), "") << "which is nobody's run";
}

TEST_F(RunFilesTest, WhatAKilledRunLeftMovesAsideToo) {
  Begin("killed").OnBegin();
  RunFiles files = Begin("new");
  files.OnBegin();
  EXPECT_THAT(Files(), ElementsAre("killed/latency.hlog", "killed/run.json", "killed/timeseries.csv", "latency.hlog",
                                   "run.json", "timeseries.csv"));
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

TEST_F(RunFilesTest, LinksThatOthersPlantedAreNotFollowed) {
  Write("mine", "precious");
  RunFiles files = Begin("new");
  for (const char* name : {"run.json", "timeseries.csv", "result.json"}) {
    std::filesystem::create_symlink(dir_ + "/mine", dir_ + "/" + name);
  }
  std::filesystem::create_directory_symlink(dir_, dir_ + "/older");
  files.OnBegin();
  for (const char* name : {"result.json", "timeseries.csv"}) {
    std::filesystem::remove(dir_ + "/" + name);
    std::filesystem::create_symlink(dir_ + "/mine", dir_ + "/" + name);
  }
  Report(files);
  ASSERT_TRUE(End(files, result_).ok());
  EXPECT_EQ(Content("mine"), "precious");
  EXPECT_EQ(Content("result.json"), ResultJson(result_));
  EXPECT_TRUE(std::filesystem::is_symlink(dir_ + "/older-2/run.json")) << "moved where no link led";
}

TEST_F(RunFilesTest, ARunThatNeverBeganLeavesTheOlderOneAlone) {
  result_.run_id = "older1";
  ASSERT_TRUE(WriteResultFiles(dir_, result_, Language::kEnglish).ok());
  result_.run_id = "new";
  result_.error = absl::UnavailableError("no agent");
  RunFiles files = Begin("new");
  EXPECT_TRUE(End(files, result_).ok());
  EXPECT_EQ(files.dir(), "");
  EXPECT_EQ(RunIn(dir_), "older1");
  EXPECT_THAT(Files(),
              ElementsAre("junit.xml", "latency.hgrm", "report.html", "result.json", "summary.md", "timeseries.csv"));
}

TEST_F(RunFilesTest, ARunThatNeverBeganLeavesNoDirectoryOfItsOwn) {
  result_.error = absl::UnavailableError("no agent");
  RunFiles files = Begin("new", /*by_default=*/true);
  EXPECT_TRUE(End(files, result_).ok());
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(RunFilesTest, AnInterruptedRunIsKeptHoweverEarly) {
  result_.interrupted = true;
  RunFiles files = Begin("new", /*by_default=*/true);
  EXPECT_TRUE(End(files, result_).ok());
  EXPECT_THAT(Files(),
              ElementsAre("junit.xml", "latency.hgrm", "report.html", "result.json", "summary.md", "timeseries.csv"));
}

TEST_F(RunFilesTest, TwoRunsAtOnceReplaceNothingOfEachOther) {
  RunFiles first = Begin("first");
  first.OnBegin();
  RunFiles second = Begin("new");
  second.OnBegin();
  Report(first);
  RunResult of_first = result_;
  of_first.run_id = "first";
  ASSERT_TRUE(End(first, of_first).ok());
  EXPECT_EQ(first.dir(), dir_ + "/first");
  ASSERT_TRUE(End(second, result_).ok());
  EXPECT_EQ(second.dir(), dir_);
  EXPECT_THAT(Files(),
              ElementsAre("first/junit.xml", "first/latency.hgrm", "first/latency.hlog", "first/report.html",
                          "first/result.json", "first/summary.md", "first/timeseries.csv", "junit.xml", "latency.hgrm",
                          "latency.hlog", "report.html", "result.json", "summary.md", "timeseries.csv"));
  EXPECT_EQ(RunIn(dir_), "new");
  EXPECT_EQ(RunIn(dir_ + "/first"), "first");
}

TEST_F(RunFilesTest, ASeriesThatCannotBeWrittenIsOneNotice) {
  RunFiles files = Begin("new");
  std::filesystem::remove_all(dir_);
  files.OnBegin();
  Report(files);
  ASSERT_EQ(notices_.size(), 1u);
  EXPECT_THAT(notices_[0], HasSubstr("cannot write " + dir_ +
                                     "/timeseries.csv: No such file or directory; the run "
                                     "goes on"));
  EXPECT_THAT(std::string(Text(End(files, result_))), HasSubstr("cannot write " + dir_ + "/result.json"));
}

TEST_F(RunFilesTest, NothingIsKeptWhereNothingIsWanted) {
  RunFiles files({}, "new", result_.plan, kNow, [](const Statement&) { FAIL(); });
  files.OnBegin();
  Report(files);
  EXPECT_TRUE(End(files, result_).ok());
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
