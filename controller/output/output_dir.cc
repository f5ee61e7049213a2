#include "controller/output/output_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "common/util/file.h"
#include "common/util/status.h"
#include "controller/output/result_json.h"
#include "controller/output/timeseries_csv.h"

namespace wsload {
namespace {

absl::Status WriteError(const std::string& path, int error) {
  return MakeStatus(absl::StatusCode::kUnavailable, "cannot write {}: {}", path, std::strerror(error));
}

}  // namespace

absl::Status PrepareOutputDir(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error || !std::filesystem::is_directory(dir)) {
    return InvalidArgument("-out={}: cannot make the directory ({}); name one that can be written", dir,
                           error ? error.message() : "a file of that name exists");
  }
  const std::string probe = dir + "/.wsload-probe";
  if (absl::Status written = WriteFileAtomically(probe, ""); !written.ok()) {
    return InvalidArgument("-out={}: {}; name a directory that can be written", dir, Text(written));
  }
  ::unlink(probe.c_str());
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view content) {
  const std::string partial = fmt::format("{}.{}.tmp", path, ::getpid());
  const int fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return WriteError(path, errno);
  int error = WriteFully(fd, content);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(partial.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  ::unlink(partial.c_str());
  return WriteError(path, error);
}

absl::Status WriteResultFiles(const std::string& dir, const RunResult& result) {
  if (absl::Status status = WriteFileAtomically(dir + "/result.json", ResultJson(result)); !status.ok()) return status;
  return WriteFileAtomically(dir + "/timeseries.csv", TimeseriesCsv(result));
}

}  // namespace wsload
