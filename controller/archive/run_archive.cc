#include "controller/archive/run_archive.h"

#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/text.h"
#include "controller/output/older_run.h"

namespace wsload {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRepeatedRun = "run-";
// A thousand agents' result is a tenth of it.
constexpr size_t kMostBytes = size_t{1} << 31;

bool HasFile(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// 12 of "run-12"; nothing of any other name.
std::optional<int> NumberOf(const std::string& name) {
  if (!name.starts_with(kRepeatedRun)) return std::nullopt;
  int number = 0;
  const char* const end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data() + kRepeatedRun.size(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return number;
}

absl::Status FileError(const std::string& path, const absl::Status& why) {
  return LocalInvalidArgument({"{}: {}", "{}：{}"}, Shown(path, 200), why);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RunDirectories(const std::string& dir) {
  std::error_code error;
  if (!fs::is_directory(dir, error)) {
    return LocalInvalidArgument(
        {"{}: is no directory; name the directory that -out had", "{}：不是目录；请给出 -out 所用的目录"},
        Shown(dir, 200));
  }
  if (HasFile(dir + "/" + kResultFile)) return std::vector<std::string>{dir};
  std::map<int, std::string> by_number;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    const std::optional<int> number = NumberOf(entry.path().filename().string());
    if (number.has_value() && HasFile(entry.path() / kResultFile)) by_number[*number] = entry.path().string();
  }
  if (by_number.empty()) {
    constexpr LocalText kEnded = {", of a run that has come to its end", "，且该次运行应已结束"};
    return LocalInvalidArgument({"{}: has neither {} nor {}1/{}; name the directory that -out had{}",
                                 "{}：其中没有 {}，也没有 {}1/{}；请给出 -out 所用的目录{}"},
                                Shown(dir, 200), kResultFile, kRepeatedRun, kResultFile,
                                HasFile(dir + "/" + kRunFile) ? kEnded : LocalText());
  }
  std::vector<std::string> dirs;
  for (auto& [number, path] : by_number) dirs.push_back(std::move(path));
  return dirs;
}

absl::StatusOr<ArchivedRun> ReadRun(const std::string& dir) {
  ArchivedRun run{.dir = dir};
  const std::string result_path = dir + "/" + kResultFile;
  const absl::StatusOr<std::string> json = ReadSmallFile(result_path, kMostBytes);
  if (!json.ok()) return FileError(result_path, json.status());
  absl::StatusOr<StoredResult> stored = ReadResult(*json);
  if (!stored.ok()) return FileError(result_path, stored.status());
  run.stored = *std::move(stored);
  return run;
}

absl::StatusOr<std::optional<IntervalLog>> ReadIntervals(const std::string& dir) {
  const std::string log_path = dir + "/" + kLatencyLogFile;
  if (!HasFile(log_path)) return std::optional<IntervalLog>();
  const absl::StatusOr<std::string> text = ReadSmallFile(log_path, kMostBytes);
  if (!text.ok()) return FileError(log_path, text.status());
  absl::StatusOr<IntervalLog> log = ReadIntervalLog(*text);
  if (!log.ok()) return FileError(log_path, log.status());
  return std::optional<IntervalLog>(*std::move(log));
}

}  // namespace wsload
