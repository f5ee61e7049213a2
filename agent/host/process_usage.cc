#include "agent/host/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace wsload {

ProcessUsage ReadProcessUsage(const std::string& statm_path) {
  ProcessUsage result;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
    result.cpu_us += int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
  }
  // proc(5): size, then resident, in pages.
  std::ifstream statm(statm_path);
  int64_t pages = 0;
  if (statm >> pages >> pages) result.resident_bytes = pages * sysconf(_SC_PAGESIZE);
  return result;
}

}  // namespace wsload
