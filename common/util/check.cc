#include "common/util/check.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace wsload::check_internal {
namespace {

/// One line on the stack, cut where it is full.
class Line {
 public:
  template <typename... Args>
  void Append(fmt::format_string<Args...> format, Args&&... args) {
    AppendV(format, fmt::make_format_args(args...));
  }

  void AppendV(fmt::string_view format, fmt::format_args args) {
    end_ = fmt::vformat_to_n(end_, static_cast<size_t>(text_.data() + text_.size() - end_), format, args).out;
  }

  void Write(int fd) const {
    const char* from = text_.data();
    while (from != end_) {
      const ssize_t written = ::write(fd, from, static_cast<size_t>(end_ - from));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;
      from += written;
    }
  }

 private:
  std::array<char, 1024> text_;
  char* end_ = text_.data();
};

std::atomic<void (*)()> before_failing = nullptr;

}  // namespace

void Fail(const Site& site, fmt::string_view format, fmt::format_args args) {
  if (void (*restore)() = before_failing.exchange(nullptr); restore != nullptr) restore();
  std::fflush(stdout);
  Line line;
  line.Append("{}: internal error: ", program_invocation_short_name);
  line.AppendV(format, args);
  line.Append(" ({} does not hold, {}:{}); please report this line\n", site.condition, site.file, site.line);
  line.Write(STDERR_FILENO);
  std::abort();
}

}  // namespace wsload::check_internal

namespace wsload {

void BeforeCheckFails(void (*restore)()) { check_internal::before_failing = restore; }

}  // namespace wsload
