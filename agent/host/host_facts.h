// What the host gives an agent, as the kernel tells it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/host/control_groups.h"
#include "agent/host/thread_limit.h"

namespace wsload {

/// Where the kernel tells it; tests have files of their own.
struct HostFactPaths {
  std::string port_range = "/proc/sys/net/ipv4/ip_local_port_range";
  std::string meminfo = "/proc/meminfo";
  std::string open_files = "/proc/self/fd";
  CgroupPaths cgroup;
  ThreadLimitPaths threads;
};

/// What cannot be found out is 0.
struct HostFacts {
  int64_t descriptors_soft = 0;  ///< limit of open files in force; 0: none
  int64_t descriptors_hard = 0;
  int64_t descriptors_in_use = 0;
  int64_t ports = 0;                          ///< in the range that connections get their local port from
  int64_t memory_available_bytes = 0;         ///< of the host, or what the control groups leave if that is less
  int64_t threads_left = 0;                   ///< that may be made; 0: no bound
  std::vector<std::string> source_addresses;  ///< of interfaces that are up, loopback and link-local ones left out
};

/// Takes as long as reading a directory with an entry per open file does, and a file per process.
HostFacts ReadHostFacts(const HostFactPaths& paths = {});

/// HostFacts::memory_available_bytes alone: some small files.
int64_t ReadMemoryAvailable(const HostFactPaths& paths = {});

}  // namespace wsload
