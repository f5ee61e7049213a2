#include "common/time/thread_cpu.h"

#include <sys/resource.h>

namespace wsload {
namespace {

int64_t Microseconds(const timeval& time) { return static_cast<int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec; }

}  // namespace

ThreadCpu ThreadCpuNow() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {Microseconds(usage.ru_utime), Microseconds(usage.ru_stime)};
}

}  // namespace wsload
