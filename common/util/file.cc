#include "common/util/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "common/util/local_error.h"
#include "common/util/system_error.h"

namespace wsload {
namespace {

absl::Status CannotRead(int error) {
  return LocalInvalidArgument({"cannot be read: {}", "无法读取：{}"}, SystemErrorLines(error));
}

absl::StatusOr<std::string> ReadAll(int descriptor, size_t max_bytes) {
  std::string content;
  std::array<char, 4096> chunk;
  while (true) {
    const ssize_t n = ::read(descriptor, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return CannotRead(errno);
    if (n == 0) return content;
    content.append(chunk.data(), static_cast<size_t>(n));
    if (content.size() > max_bytes) return LocalInvalidArgument({"is over {} bytes", "超过 {} 字节"}, max_bytes);
  }
}

/// An errno; 0: all was written, and is on the disk.
int WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) content.remove_prefix(static_cast<size_t>(written));
  }
  // Not every file system can.
  return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t max_bytes) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotRead(errno);
  auto content = ReadAll(descriptor, max_bytes);
  ::close(descriptor);
  return content;
}

int CreateNewFile(const std::string& path, mode_t mode) {
  ::unlink(path.c_str());
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
}

absl::Status WriteFile(const std::string& path, std::string_view content, mode_t mode) {
  const std::string partial = fmt::format("{}.{}.tmp", path, ::getpid());
  const auto failed = [](int error) { return LocalStatus(absl::StatusCode::kUnavailable, SystemErrorLines(error)); };
  const int descriptor = CreateNewFile(partial, mode);
  if (descriptor < 0) return failed(errno);
  int error = WriteAll(descriptor, content);
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(partial.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  ::unlink(partial.c_str());
  return failed(error);
}

}  // namespace wsload
