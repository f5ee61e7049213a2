#include "agent/host/cpu_quota.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace wsload {
namespace {

/// The number behind `key` in a file of "key number" lines.
std::optional<int64_t> ValueIn(std::string_view text, std::string_view key) {
  for (const std::string_view line : SplitKernelText(text, '\n')) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(' ')) {
      return LeadingNumber(line.substr(key.size() + 1));
    }
  }
  return std::nullopt;
}

/// Of one group; no quota: 0.
double CoresOf(const std::string& directory, bool version_2) {
  std::optional<int64_t> quota_us;
  std::optional<int64_t> period_us;
  if (version_2) {
    const std::string text = KernelFile(directory + "/cpu.max");
    const std::vector<std::string_view> parts = SplitKernelText(text, ' ');
    quota_us = LeadingNumber(parts[0]);  // "max" when there is none
    if (parts.size() > 1) period_us = LeadingNumber(parts[1]);
  } else {
    quota_us = LeadingNumber(KernelFile(directory + "/cpu.cfs_quota_us"));  // -1 when there is none
    period_us = LeadingNumber(KernelFile(directory + "/cpu.cfs_period_us"));
  }
  if (quota_us.value_or(0) <= 0 || period_us.value_or(0) <= 0) return 0;
  return static_cast<double>(*quota_us) / static_cast<double>(*period_us);
}

int64_t ThrottledUsOf(const std::string& directory, bool version_2) {
  const std::string text = KernelFile(directory + "/cpu.stat");
  const int64_t told = ValueIn(text, version_2 ? "throttled_usec" : "throttled_time").value_or(0);
  return std::max<int64_t>(0, version_2 ? told : told / 1000);
}

CpuQuota QuotaIn(const CgroupPaths& paths, bool version_2) {
  CpuQuota quota;
  for (const std::string& directory : GroupDirectories(paths, "cpu", version_2)) {
    const double cores = CoresOf(directory, version_2);
    if (cores <= 0) continue;
    quota.cores = quota.cores > 0 ? std::min(quota.cores, cores) : cores;
    // A group is held up with those above it: the longest is all of it.
    quota.throttled_us = std::max(quota.throttled_us, ThrottledUsOf(directory, version_2));
  }
  return quota;
}

}  // namespace

CpuQuota ReadCpuQuota(const CgroupPaths& paths) {
  CpuQuota tightest;
  // Both can be mounted at once; the processor controller is in one of them.
  for (const bool version_2 : {true, false}) {
    const CpuQuota quota = QuotaIn(paths, version_2);
    if (quota.cores > 0 && (tightest.cores == 0 || quota.cores < tightest.cores)) tightest = quota;
  }
  return tightest;
}

int UsableCores(int cores, const CpuQuota& quota) {
  if (quota.cores <= 0) return std::max(1, cores);
  const double begun = std::min(std::ceil(quota.cores), static_cast<double>(std::numeric_limits<int>::max()));
  return std::clamp(static_cast<int>(begun), 1, std::max(1, cores));
}

}  // namespace wsload
