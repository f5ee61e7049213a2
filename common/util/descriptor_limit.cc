#include "common/util/descriptor_limit.h"

#include <sys/resource.h>

namespace wsload {
namespace {

int64_t Bound(rlim_t limit) { return limit == RLIM_INFINITY ? 0 : static_cast<int64_t>(limit); }

}  // namespace

DescriptorLimit ReadDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  return {.soft = Bound(limit.rlim_cur), .hard = Bound(limit.rlim_max)};
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace wsload
