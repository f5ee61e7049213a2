#include "common/util/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "common/util/status.h"

namespace wsload {
namespace {

absl::Status CannotRead(int error) {
  return InvalidArgument("cannot be read: {}", std::generic_category().message(error));
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
    if (content.size() > max_bytes) return InvalidArgument("is over {} bytes", max_bytes);
  }
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t max_bytes) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotRead(errno);
  auto content = ReadAll(descriptor, max_bytes);
  ::close(descriptor);
  return content;
}

int WriteFully(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace wsload
