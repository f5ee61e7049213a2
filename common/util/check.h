// Assertions: what must hold if this program is right, whatever anybody sends to it. One that fails means a mistake in
// wsload. The program then prints one line to stderr (what did not hold, with the figures and the place) and aborts: it
// does not go on to report figures that may be wrong. What comes from outside (flags, files, the network) is never
// checked this way, it is refused with an error.
#pragma once

#include <fmt/core.h>

#include <utility>

namespace wsload::check_internal {

/// Where a check is written.
struct Site {
  const char* condition;
  const char* file;  ///< from the source tree's root
  int line;
};

/// Flushes stdout, writes the line, aborts. Allocates nothing; any thread.
[[noreturn]] void Fail(const Site& site, fmt::string_view format, fmt::format_args args);

template <typename... Args>
[[noreturn, gnu::cold, gnu::noinline]] void Failed(const Site& site, fmt::format_string<Args...> format,
                                                   Args&&... args) {
  Fail(site, format, fmt::make_format_args(args...));
}

}  // namespace wsload::check_internal

namespace wsload {

/// What is called before the line is written, on whichever thread, once: it may do what a signal handler may, and gives
/// back what people must see the line on. Null: nothing.
void BeforeCheckFails(void (*restore)());

}  // namespace wsload

/// In every build. The format and its arguments (fmt's; what did not hold, with the figures) are evaluated only when
/// `condition` is false.
#define WSLOAD_CHECK(condition, ...)                                                   \
  do {                                                                                 \
    if (!(condition)) [[unlikely]]                                                     \
      ::wsload::check_internal::Failed({#condition, __FILE__, __LINE__}, __VA_ARGS__); \
  } while (false)

/// As WSLOAD_CHECK, for the message path and other places where a check would cost something. Not in the programs'
/// release builds: there the condition is compiled, but not evaluated (the CMake option WSLOAD_DCHECKS).
#ifdef WSLOAD_NO_DCHECKS
#define WSLOAD_DCHECK(condition, ...)                \
  do {                                               \
    if (false) WSLOAD_CHECK(condition, __VA_ARGS__); \
  } while (false)
#else
#define WSLOAD_DCHECK(condition, ...) WSLOAD_CHECK(condition, __VA_ARGS__)
#endif
