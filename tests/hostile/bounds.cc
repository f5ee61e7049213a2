#include "tests/hostile/bounds.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "tests/support/process.h"

namespace wsload::hostile {
namespace {

namespace fs = std::filesystem;

bool WriteFile(const fs::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

/// This process' own group in the hierarchy that limits memory: where a further group may be made. Empty: none is
/// mounted.
fs::path OwnMemoryGroup() {
  std::ifstream file("/proc/self/cgroup");
  fs::path unified;
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers == "memory") {
      const fs::path own = "/sys/fs/cgroup/memory" + path;
      return fs::exists(own) ? own : fs::path("/sys/fs/cgroup/memory");
    }
    if (controllers.empty()) unified = "/sys/fs/cgroup" + path;
  }
  return fs::exists(unified / "cgroup.controllers") ? unified : fs::path();
}

}  // namespace

Use UseOf(pid_t pid) {
  Use use;
  const fs::path process = fs::path("/proc") / std::to_string(pid);
  std::ifstream status(process / "status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t value = 0;
    words >> name >> value;
    if (name == "VmRSS:") use.rss_bytes = value << 10;
    if (name == "VmHWM:") use.peak_rss_bytes = value << 10;
    if (name == "Threads:") use.threads = static_cast<int>(value);
  }
  std::error_code ignored;
  for (fs::directory_iterator fd(process / "fd", ignored), end; fd != end; fd.increment(ignored)) ++use.descriptors;
  return use;
}

MemoryLimit::MemoryLimit(int64_t bytes) {
  const fs::path parent = OwnMemoryGroup();
  if (parent.empty()) return;
  static int number = 0;
  const fs::path group = parent / ("wsload-hostile-" + std::to_string(getpid()) + "-" + std::to_string(++number));
  std::error_code error;
  if (!fs::create_directory(group, error)) return;
  group_ = group;
  const std::string limit = std::to_string(bytes);
  // The second of v1 exists only where swap is accounted for.
  const bool limited = WriteFile(group / "memory.max", limit) || WriteFile(group / "memory.limit_in_bytes", limit);
  if (!WriteFile(group / "memory.swap.max", "0")) WriteFile(group / "memory.memsw.limit_in_bytes", limit);
  if (limited) return;
  fs::remove(group, error);
  group_.clear();
}

MemoryLimit::~MemoryLimit() {
  if (!made()) return;
  std::error_code ignored;
  fs::remove(group_, ignored);
}

e2e::Host MemoryLimit::host() const {
  e2e::Host host;
  if (made()) host.command = {"/bin/sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", group_ + "/cgroup.procs"};
  return host;
}

std::optional<std::chrono::milliseconds> TimeToAnswer(const std::vector<std::string>& flags) {
  std::vector<std::string> arguments = {e2e::Binary("wsload"), "doctor"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const auto asked = std::chrono::steady_clock::now();
  Process doctor(arguments);
  const std::optional<int> code = doctor.Wait(std::chrono::seconds(10));
  // One that is busy has answered.
  if (code != 0 && doctor.out().find("busy") == std::string::npos) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - asked);
}

bool Long() { return std::getenv("HOSTILE_LONG") != nullptr; }

}  // namespace wsload::hostile
