#include "agent/host/thread_limit.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace wsload {
namespace {

constexpr std::string_view kThreadsKey = "Threads:\t";

/// 0: not known.
int64_t ThreadsOf(const std::string& process) {
  const std::string text = KernelFile(process + "/status");
  const size_t key = text.find(kThreadsKey);
  return key == std::string::npos ? 0 : LeadingNumber(text.c_str() + key + kThreadsKey.size()).value_or(0);
}

/// Of all processes of the user, as far as they can be seen.
int64_t CountThreads(const std::string& processes, uid_t user) {
  int64_t threads = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(processes, error), end; !error && it != end; it.increment(error)) {
    if (!LeadingNumber(it->path().filename().c_str())) continue;
    struct stat owner {};
    if (stat(it->path().c_str(), &owner) == 0 && owner.st_uid == user) threads += ThreadsOf(it->path());
  }
  return threads;
}

void Bound(std::optional<int64_t>& left, int64_t by) { left = std::min(left.value_or(by), by); }

}  // namespace

int64_t ReadThreadsLeft(const ThreadLimitPaths& paths) {
  std::optional<int64_t> left;
  for (const ControlGroup& group : ControlGroupsOf("pids", paths.groups)) {
    const auto most = LeadingNumber(KernelFile(group.directory + "/pids.max"));  // "max" when there is none
    if (most) Bound(left, *most - LeadingNumber(KernelFile(group.directory + "/pids.current")).value_or(0));
  }
  rlimit limit{};
  const uid_t user = getuid();
  if (user != 0 && getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    Bound(left, static_cast<int64_t>(limit.rlim_cur) - CountThreads(paths.processes, user));
  }
  return left ? std::max<int64_t>(1, *left) : 0;
}

}  // namespace wsload
