// What this process uses of its host.
#pragma once

#include <cstdint>
#include <string>

namespace wsload {

struct ProcessUsage {
  int64_t cpu_us = 0;          ///< user and system time of all threads, since the process began
  int64_t resident_bytes = 0;  ///< 0: not to be found out
};

/// `statm_path`: where the kernel tells the memory; tests have a file of their own.
ProcessUsage ReadProcessUsage(const std::string& statm_path = "/proc/self/statm");

}  // namespace wsload
