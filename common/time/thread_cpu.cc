#include "common/time/thread_cpu.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

namespace wsload {
namespace {

int64_t Microseconds(const timeval& time) { return static_cast<int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec; }

/// The file has three numbers: ns on a core, ns waiting for one, times on one.
int64_t WaitedUs() {
  const int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[128];
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return 0;
  text[size] = '\0';
  unsigned long long waited_ns = 0;
  return std::sscanf(text, "%*u %llu", &waited_ns) == 1 ? static_cast<int64_t>(waited_ns / 1000) : 0;
}

}  // namespace

ThreadCpu ReadThreadCpu() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {Microseconds(usage.ru_utime), Microseconds(usage.ru_stime), WaitedUs()};
}

}  // namespace wsload
