// Processor time of another process.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace wsload {

/// Microseconds on a core that the process and its threads have used since it began; 0: it is gone, or not to be asked.
int64_t ProcessCpuUs(pid_t process);

}  // namespace wsload
