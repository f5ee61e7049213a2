#include "common/util/print.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <string>
#include <system_error>

namespace wsload {
namespace {

/// Whether a stream has lost something; by descriptor.
std::array<std::atomic<bool>, STDERR_FILENO + 1> lost = {};

/// By descriptor.
std::array<std::atomic<int64_t>, STDERR_FILENO + 1> taken = {};
std::array<std::atomic<bool>, STDERR_FILENO + 1> given_up = {};

bool IsStandard(int descriptor) { return descriptor >= 0 && descriptor <= STDERR_FILENO; }

bool IsGivenUp(int descriptor) { return IsStandard(descriptor) && given_up[static_cast<size_t>(descriptor)]; }

/// Descriptors of others; set before there is a second thread.
std::array<bool, STDERR_FILENO + 1> absent = {};

/// An errno; 0: all was written.
int WriteAllTo(int descriptor, std::string_view text) {
  while (!text.empty() && !IsGivenUp(descriptor)) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
      if (IsStandard(descriptor)) taken[static_cast<size_t>(descriptor)] += written;
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
  if (!IsStandard(descriptor) || lost[static_cast<size_t>(descriptor)].exchange(true)) return;
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
      absent[static_cast<size_t>(descriptor)] = true;
      continue;
    }
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number; one that cannot be written to, so that printing fails as it should.
    if (::open("/dev/null", O_RDONLY) < 0) return;
  }
}

void Print(FILE* stream, std::string_view text) {
  const int descriptor = ::fileno(stream);
  if (text.empty() || IsGivenUp(descriptor)) return;
  if (IsStandard(descriptor) && absent[static_cast<size_t>(descriptor)]) return Report(descriptor, EBADF);
  std::fflush(stream);
  if (const int error = WriteAllTo(descriptor, text); error != 0) Report(descriptor, error);
}

int64_t TakenBy(FILE* stream) {
  const int descriptor = ::fileno(stream);
  return IsStandard(descriptor) ? taken[static_cast<size_t>(descriptor)].load() : 0;
}

void GiveUpPrinting(FILE* stream, std::string_view line) {
  const int descriptor = ::fileno(stream);
  if (!IsStandard(descriptor)) return;
  given_up[static_cast<size_t>(descriptor)] = true;
  lost[static_cast<size_t>(descriptor)] = true;
  pollfd room = {STDERR_FILENO, POLLOUT, 0};
  if (descriptor != STDERR_FILENO && ::poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0) {
    // No more than a pipe with room takes at once.
    Print(stderr, line.substr(0, PIPE_BUF));
  }
}

int ExitCodeAfterPrinting(int code) {
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::close(descriptor) != 0 && errno != EBADF) Report(descriptor, errno);
  }
  const bool anything = lost[STDOUT_FILENO] || lost[STDERR_FILENO];
  return anything ? 1 : code;
}

}  // namespace wsload
