#include "common/util/print.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

namespace wsload {
namespace {

/// Whether a stream has lost something; by descriptor.
std::array<std::atomic<bool>, STDERR_FILENO + 1> lost = {};

/// Descriptors of others; set before there is a second thread.
std::array<bool, STDERR_FILENO + 1> taken = {};

/// An errno; 0: all was written.
int WriteAllTo(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Whoever else has this pipe or terminal made it non-blocking.
      pollfd room = {descriptor, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/// A terminal that was hung up: nobody is there for whom something could be lost.
bool IsLostTerminal(int descriptor, int error) {
  struct stat file = {};
  return error == EIO && ::fstat(descriptor, &file) == 0 && S_ISCHR(file.st_mode);
}

void Report(int descriptor, int error) {
  if (IsLostTerminal(descriptor, error)) return;
  if (descriptor < 0 || descriptor > STDERR_FILENO || lost[static_cast<size_t>(descriptor)].exchange(true)) return;
  if (descriptor == STDERR_FILENO) return;
  const std::string line = fmt::format(
      "{}: cannot write to standard output: {}; what it should have taken is lost, and the exit code is 1\n",
      program_invocation_short_name, std::generic_category().message(error));
  Print(stderr, line);
}

}  // namespace

void PreparePrinting() {
  for (int descriptor = 0; descriptor <= STDERR_FILENO; ++descriptor) {
    struct stat file = {};
    if (::fstat(descriptor, &file) == 0 && (file.st_mode & S_IFMT) == 0) {
      // No file: it was closed, and a library took its number for itself before main().
      taken[static_cast<size_t>(descriptor)] = true;
      continue;
    }
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number; one that cannot be written to, so that printing fails as it should.
    if (::open("/dev/null", O_RDONLY) < 0) return;
  }
}

void Print(FILE* stream, std::string_view text) {
  if (text.empty()) return;
  std::fflush(stream);
  const int descriptor = ::fileno(stream);
  if (descriptor >= 0 && descriptor <= STDERR_FILENO && taken[static_cast<size_t>(descriptor)]) {
    return Report(descriptor, EBADF);
  }
  if (const int error = WriteAllTo(descriptor, text); error != 0) Report(descriptor, error);
}

int ExitCodeAfterPrinting(int code) {
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::close(descriptor) != 0 && errno != EBADF) Report(descriptor, errno);
  }
  const bool anything = lost[STDOUT_FILENO] || lost[STDERR_FILENO];
  return anything ? 1 : code;
}

}  // namespace wsload
