#include "controller/output/output_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/util/status.h"
#include "controller/output/result_json.h"
#include "tests/support/chinese_lines.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

class OutputDir : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/wsload-out-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  static std::string Content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }
  size_t FileCount() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) count += entry.is_regular_file();
    return count;
  }

  std::string dir_;
};

TEST_F(OutputDir, IsMadeWithItsParentsAndLeftEmpty) {
  EXPECT_TRUE(PrepareOutputDir(dir_ + "/a/b").ok());
  EXPECT_TRUE(std::filesystem::is_directory(dir_ + "/a/b"));
  EXPECT_TRUE(PrepareOutputDir(dir_ + "/a/b").ok());
  EXPECT_EQ(FileCount(), 0u);
}

TEST_F(OutputDir, AFileInItsPlaceIsOneLine) {
  std::ofstream(dir_ + "/taken") << "x";
  for (const std::string& path : {dir_ + "/taken", dir_ + "/taken/below"}) {
    const absl::Status status = PrepareOutputDir(path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(TextInBoth(status), HasSubstr("-out=" + path));
    EXPECT_EQ(Text(status).find('\n'), std::string_view::npos);
  }
}

TEST_F(OutputDir, ReplacesFilesWholeAndLeavesNoOthers) {
  const RunResult result = PerfectResult();
  std::ofstream(dir_ + "/result.json") << "old";
  ASSERT_TRUE(WriteResultFiles(dir_, result, Language::kEnglish).ok());
  EXPECT_EQ(Content(dir_ + "/result.json"), ResultJson(result));
  EXPECT_THAT(Content(dir_ + "/timeseries.csv"), HasSubstr("phase,stage,interval"));
  EXPECT_THAT(Content(dir_ + "/latency.hgrm"), HasSubstr("#[Max     =       20.100, Total count    =          200]"));
  EXPECT_THAT(Content(dir_ + "/report.html"), HasSubstr(result.run_id));
  EXPECT_EQ(FileCount(), 6u);
}

TEST_F(OutputDir, AFailedWriteKeepsTheOldFile) {
  std::filesystem::create_directories(dir_ + "/result.json/occupied");
  const absl::Status status = WriteResultFiles(dir_, PerfectResult(), Language::kEnglish);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(TextInBoth(status), HasSubstr("cannot write " + dir_ + "/result.json"));
  EXPECT_EQ(FileCount(), 5u) << "the others are kept";
}

TEST_F(OutputDir, MakesTheReportOfAResultThatIsThere) {
  ASSERT_TRUE(WriteResultFiles(dir_, PerfectResult()).ok());
  const std::string as_written = Content(dir_ + "/report.html");
  std::filesystem::remove(dir_ + "/report.html");
  const absl::StatusOr<std::string> again = WriteReport(dir_, Language::kEnglish);
  ASSERT_TRUE(again.ok()) << Text(again.status());
  EXPECT_EQ(*again, dir_ + "/report.html");
  EXPECT_EQ(Content(*again), as_written);
  ASSERT_TRUE(WriteReport(dir_, Language::kChinese).ok());
  EXPECT_THAT(Content(*again), HasSubstr(R"("language":"zh")"));
}

TEST_F(OutputDir, SaysWhyThereIsNoReport) {
  const auto why = [this] { return TextInBoth(WriteReport(dir_, Language::kEnglish).status()); };
  EXPECT_THAT(why(), HasSubstr("/result.json: cannot be read: No such file or directory; name the directory of a run"));
  std::ofstream(dir_ + "/run.json") << "{}";
  EXPECT_THAT(why(), HasSubstr("the run goes on, or was ended before it could write its result"));
  std::ofstream(dir_ + "/result.json") << "{\"schema\": \"wsload.result/1\"}";
  EXPECT_THAT(why(), HasSubstr("is no result of wsload: want schema wsload.result/2"));
  std::ofstream(dir_ + "/result.json") << "{\"schema\": ";
  EXPECT_THAT(why(), HasSubstr("is no JSON (byte 11"));
}

}  // namespace
}  // namespace wsload
