// Processor time of the calling thread.
#pragma once

#include <cstdint>

namespace wsload {

struct ThreadCpu {
  int64_t user_us = 0;
  int64_t system_us = 0;
  int64_t waited_us = 0;  ///< ready to run, and none of the cores was free; 0 where the kernel does not tell
};

/// What this thread has used and waited for since it began: getrusage(RUSAGE_THREAD) and /proc/thread-self/schedstat
/// (proc(5)). A few system calls.
ThreadCpu ReadThreadCpu();

}  // namespace wsload
