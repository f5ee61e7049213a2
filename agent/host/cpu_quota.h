// How much processor time the control groups of this process allow it, and how long they held it up. A container with a
// limit runs in such a group; to its programs it looks as if others had the cores.
#pragma once

#include <cstdint>

#include "agent/host/control_group.h"

namespace wsload {

struct CpuQuota {
  double cores = 0;          ///< the least of the group's own quota and those above it; 0: none
  int64_t throttled_us = 0;  ///< held up by the quotas, over all cores, since the groups began; 0 also when not told
};

/// Control groups of version 1 and 2: cpu.max or cpu.cfs_quota_us, and cpu.stat, of the own group and all above it that
/// can be seen from here. Some small files.
CpuQuota ReadCpuQuota(const CgroupPaths& paths = {});

/// Cores that threads can be given work on: all, or as many as the quota pays for, begun ones counted. At least 1.
int UsableCores(int cores, const CpuQuota& quota);

}  // namespace wsload
