// How many more threads this process may have.
#pragma once

#include <cstdint>
#include <string>

#include "agent/host/control_groups.h"

namespace wsload {

struct ThreadLimitPaths {
  CgroupPaths groups;
  std::string processes = "/proc";
};

/// The least that pids.max of the control groups (version 1 and 2) and RLIMIT_NPROC leave, at least 1; 0: no bound, or
/// none known. The latter counts all threads of the user and does not bind root; it takes reading a file per process.
int64_t ReadThreadsLeft(const ThreadLimitPaths& paths = {});

}  // namespace wsload
