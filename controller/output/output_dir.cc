#include "controller/output/output_dir.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "absl/time/time.h"
#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/system_error.h"
#include "common/util/text.h"
#include "controller/hdr/percentile_table.h"
#include "controller/output/junit_xml.h"
#include "controller/output/markdown_summary.h"
#include "controller/output/older_run.h"
#include "controller/output/result_json.h"
#include "controller/output/timeseries_csv.h"
#include "controller/page/page.h"

namespace wsload {
namespace {

// Of a thousand agents.
constexpr size_t kMaxResultBytes = size_t{1} << 30;

absl::Status Write(const std::string& path, std::string_view content) {
  const absl::Status written = WriteFile(path, content);
  if (written.ok()) return written;
  return LocalStatus(absl::StatusCode::kUnavailable,
                     FillLocal({"cannot write {}: {}", "无法写入 {}：{}"}, path, written));
}

}  // namespace

std::string OutputDirOf(std::string_view out, std::string_view run_id, int64_t unix_ns) {
  if (AsciiLower(out) == kNoOutput) return {};
  if (!out.empty()) return std::string(out);
  const std::string date = absl::FormatTime("%Y%m%d-%H%M%S", absl::FromUnixNanos(unix_ns), absl::UTCTimeZone());
  return fmt::format("{}/{}-{}", kDefaultOutputDir, date, run_id);
}

absl::Status MakeOutputDir(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error || !std::filesystem::is_directory(dir, error)) {
    return LocalStatus(absl::StatusCode::kUnavailable,
                       FillLocal({"cannot make the directory ({})", "无法创建目录 ({})"},
                                 error ? SystemErrorLines(error.value())
                                       : LocalString("a file of that name exists", "已有同名的文件")));
  }
  const std::string probe = dir + "/.wsload-probe";
  if (absl::Status written = Write(probe, ""); !written.ok()) return written;
  ::unlink(probe.c_str());
  return absl::OkStatus();
}

absl::Status PrepareOutputDir(const std::string& dir) {
  const absl::Status made = MakeOutputDir(dir);
  if (made.ok()) return made;
  return LocalInvalidArgument(
      {"-out={}: {}; name a directory that can be written", "-out={}：{}；请指定可以写入的目录"}, dir, made);
}

void RemoveEmptyOutputDir(const std::string& dir) {
  if (::rmdir(dir.c_str()) == 0) ::rmdir(kDefaultOutputDir);
}

absl::Status WriteResultFiles(const std::string& dir, const RunResult& result, Language language) {
  absl::Status first;
  // Of several that fail the first one says it; what can be kept is.
  const auto write = [&](const char* name, const std::string& content) {
    if (absl::Status written = Write(dir + "/" + name, content); first.ok()) first = std::move(written);
  };
  const std::string json = ResultJson(result);
  write(kResultFile, json);
  write(kTimeseriesFile, TimeseriesCsv(result));
  if (result.totals.answers().count() > 0) write(kPercentilesFile, PercentileTable(result.totals.answers()));
  if (const absl::StatusOr<std::string> report = ReportHtml(json, language); report.ok()) {
    write(kReportFile, *report);
  } else {
    first.Update(report.status());
  }
  write(kJunitFile, JunitXml({&result}));
  write(kSummaryFile, MarkdownSummary(language, result));
  return first;
}

absl::StatusOr<std::string> WriteReport(const std::string& dir, Language language) {
  const std::string source = dir + "/" + kResultFile;
  const absl::StatusOr<std::string> json = ReadSmallFile(source, kMaxResultBytes);
  if (!json.ok()) {
    // A run that was killed leaves what it had, and one that goes on has no result yet.
    constexpr LocalText kUnfinished = {"the run goes on, or was ended before it could write its result",
                                       "运行仍在进行，或在写出结果之前就被结束"};
    constexpr LocalText kNoRun = {"name the directory of a run, as -out had it",
                                  "请给出一次运行的目录，即 -out 所用的目录"};
    const bool unfinished = HasRun(dir);
    return LocalInvalidArgument({"{}: {}; {}", "{}：{}；{}"}, source, json.status(), unfinished ? kUnfinished : kNoRun);
  }
  const absl::StatusOr<std::string> report = ReportHtml(*json, language);
  if (!report.ok()) return LocalInvalidArgument({"{}: {}", "{}：{}"}, source, report.status());
  const std::string path = dir + "/" + kReportFile;
  if (const absl::Status written = Write(path, *report); !written.ok()) return written;
  return path;
}

}  // namespace wsload
