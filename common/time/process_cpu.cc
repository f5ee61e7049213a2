#include "common/time/process_cpu.h"

#include <time.h>

#include "common/time/clock.h"

namespace wsload {

int64_t ProcessCpuUs(pid_t process) {
  clockid_t clock;
  timespec used;
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return used.tv_sec * (kNsPerSecond / kNsPerUs) + used.tv_nsec / kNsPerUs;
}

}  // namespace wsload
