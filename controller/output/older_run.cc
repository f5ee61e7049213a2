#include "controller/output/older_run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/util/local_error.h"
#include "common/util/system_error.h"

namespace wsload {
namespace {

constexpr std::array kRunsFiles = {kResultFile,      kTimeseriesFile, kLatencyLogFile,
                                   kPercentilesFile, kRunFile,        kFindMaxFile};
// Only beside these they are a run's: other programs have files of these names.
constexpr std::array kFilesBeside = {kReportFile, kJunitFile, kSummaryFile};
constexpr std::string_view kRunDirPrefix = "run-";
// Of a run whose files do not tell its id.
constexpr char kNameless[] = "older";

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

/// Fit to be a directory's name: the file may be anybody's.
bool IsId(std::string_view text) {
  constexpr size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
                  c == '.';
         });
}

/// What the file says in its first lines, however long it is.
std::string IdIn(const std::string& path) {
  std::array<char, 4096> bytes;
  // Neither to where a link leads nor waiting for what a pipe will bring: others may have put it there.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return {};
  const ssize_t size = ::read(descriptor, bytes.data(), bytes.size());
  ::close(descriptor);
  const std::string_view head(bytes.data(), static_cast<size_t>(std::max<ssize_t>(size, 0)));
  constexpr std::string_view kName = "\"run_id\": \"";
  const size_t at = head.find(kName);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + kName.size());
  const std::string_view id = rest.substr(0, rest.find('"'));
  return IsId(id) ? std::string(id) : std::string();
}

bool IsRunDir(const std::string& path, std::string_view name) {
  if (!name.starts_with(kRunDirPrefix) || name.size() == kRunDirPrefix.size()) return false;
  const std::string_view number = name.substr(kRunDirPrefix.size());
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }) && HasRun(path);
}

/// Names of the directories in `dir` that -repeat made.
std::vector<std::string> RunDirsIn(const std::string& dir) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(dir, ignored)) {
    std::string name = entry.path().filename().string();
    if (IsRunDir(entry.path().string(), name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status CannotMove(const std::string& path, const std::string& to, const std::error_code& error) {
  return LocalStatus(absl::StatusCode::kUnavailable, FillLocal({"cannot move {} to {}: {}", "无法将 {} 移到 {}：{}"},
                                                               path, to, SystemErrorLines(error.value())));
}

}  // namespace

bool HasRun(const std::string& dir) {
  return std::any_of(kRunsFiles.begin(), kRunsFiles.end(), [&](const char* file) { return Exists(dir + "/" + file); });
}

std::string RunIn(const std::string& dir) {
  // The one that goes on, before the one that is over.
  for (const char* file : {kRunFile, kResultFile}) {
    if (std::string id = IdIn(dir + "/" + file); !id.empty()) return id;
  }
  return {};
}

std::string RunDirIn(const std::string& dir, int number) { return fmt::format("{}/{}{}", dir, kRunDirPrefix, number); }

absl::StatusOr<std::string> MoveOlderRun(const std::string& dir) {
  std::vector<std::string> moving = RunDirsIn(dir);
  if (!HasRun(dir) && moving.empty()) return std::string();
  std::string id = RunIn(dir);
  if (id.empty() && !moving.empty()) id = RunIn(dir + "/" + moving.front());
  moving.insert(moving.end(), kRunsFiles.begin(), kRunsFiles.end());
  moving.insert(moving.end(), kFilesBeside.begin(), kFilesBeside.end());
  const std::string wanted = dir + "/" + (id.empty() ? kNameless : id);
  std::string to = wanted;
  std::error_code error;
  for (int next = 2; !std::filesystem::create_directory(to, error); ++next) {
    if (error && !Exists(to)) return CannotMove(dir, to, error);
    to = fmt::format("{}-{}", wanted, next);
  }
  for (const std::string& name : moving) {
    const std::string path = dir + "/" + name;
    if (!Exists(path)) continue;
    std::filesystem::rename(path, to + "/" + name, error);
    if (error) return CannotMove(path, to, error);
  }
  return to;
}

}  // namespace wsload
