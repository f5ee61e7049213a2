// Processor time of the calling thread.
#pragma once

#include <cstdint>

namespace wsload {

struct ThreadCpu {
  int64_t user_us = 0;
  int64_t system_us = 0;
};

/// getrusage(RUSAGE_THREAD): what this thread has used since it began.
ThreadCpu ThreadCpuNow();

}  // namespace wsload
