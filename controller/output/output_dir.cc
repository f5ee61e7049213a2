#include "controller/output/output_dir.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "common/util/file.h"
#include "common/util/status.h"
#include "controller/output/result_json.h"
#include "controller/output/timeseries_csv.h"

namespace wsload {
namespace {

absl::Status Write(const std::string& path, std::string_view content) {
  const absl::Status written = WriteFile(path, content);
  if (written.ok()) return written;
  return MakeStatus(absl::StatusCode::kUnavailable, "cannot write {}: {}", path, Text(written));
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
  if (absl::Status written = Write(probe, ""); !written.ok()) {
    return InvalidArgument("-out={}: {}; name a directory that can be written", dir, Text(written));
  }
  ::unlink(probe.c_str());
  return absl::OkStatus();
}

absl::Status WriteResultFiles(const std::string& dir, const RunResult& result) {
  if (absl::Status status = Write(dir + "/result.json", ResultJson(result)); !status.ok()) return status;
  return Write(dir + "/timeseries.csv", TimeseriesCsv(result));
}

}  // namespace wsload
