#include "controller/output/growing_file.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload {
namespace {

/// An errno; 0: all is in the file.
int AppendTo(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

absl::Status GrowingFile::Create(const std::string& path) {
  Close();
  bytes_ = 0;
  descriptor_ = CreateNewFile(path);
  if (descriptor_ >= 0) return absl::OkStatus();
  return LocalStatus(absl::StatusCode::kUnavailable, SystemErrorLines(errno));
}

absl::Status GrowingFile::Append(std::string_view part) {
  if (descriptor_ < 0) return absl::OkStatus();
  const int error = AppendTo(descriptor_, part);
  if (error == 0) {
    bytes_ += static_cast<int64_t>(part.size());
    return absl::OkStatus();
  }
  // Half a line would be no line.
  constexpr LocalText kNotWhole = {"; its last line is not whole", "；最后一行不完整"};
  const bool whole = ::ftruncate(descriptor_, bytes_) == 0;
  Close();
  LocalString line = SystemErrorLines(error);
  if (!whole) line += kNotWhole;
  return LocalStatus(absl::StatusCode::kUnavailable, line);
}

void GrowingFile::Close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace wsload
