#include "controller/output/older_run.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "common/util/status.h"

namespace wsload {
namespace {

constexpr std::array kRunsFiles = {kResultFile, kTimeseriesFile, kReportFile, kRunFile};
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
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  const std::string_view head(bytes.data(), static_cast<size_t>(file.gcount()));
  constexpr std::string_view kName = "\"run_id\": \"";
  const size_t at = head.find(kName);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + kName.size());
  const std::string_view id = rest.substr(0, rest.find('"'));
  return IsId(id) ? std::string(id) : std::string();
}

absl::Status CannotMove(const std::string& path, const std::string& to, const std::error_code& error) {
  return MakeStatus(absl::StatusCode::kUnavailable, "cannot move {} to {}: {}", path, to, error.message());
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

absl::StatusOr<std::string> MoveOlderRun(const std::string& dir) {
  if (!HasRun(dir)) return std::string();
  const std::string id = RunIn(dir);
  const std::string wanted = dir + "/" + (id.empty() ? kNameless : id);
  std::string to = wanted;
  for (int next = 2; Exists(to); ++next) to = fmt::format("{}-{}", wanted, next);
  std::error_code error;
  std::filesystem::create_directory(to, error);
  if (error) return CannotMove(dir, to, error);
  for (const char* file : kRunsFiles) {
    const std::string path = dir + "/" + file;
    if (!Exists(path)) continue;
    std::filesystem::rename(path, to + "/" + file, error);
    if (error) return CannotMove(path, to, error);
  }
  return to;
}

}  // namespace wsload
