#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/program_run.h"
#include "tests/bench/spread.h"
#include "tests/bench/suites.h"

namespace wsload::bench {
namespace {

constexpr int kConnections = 1'000;

std::vector<int> AllowedCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) throw std::runtime_error("scaling: no list of cores");
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

/// While it lives, this thread and the programs that it starts have these cores alone.
class OnCores {
 public:
  OnCores(const std::vector<int>& all, size_t count) : all_(all) { Keep(count); }
  ~OnCores() { Keep(all_.size()); }

 private:
  void Keep(size_t count) const {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < count; ++i) CPU_SET(all_[i], &set);
    sched_setaffinity(0, sizeof set, &set);
  }

  const std::vector<int>& all_;
};

Row Carried(const std::vector<int>& cores, int workers, const BenchOptions& options) {
  return {fmt::format("{} worker(s), {} core(s)", workers, workers), [&cores, workers, &options] {
            const OnCores restricted(cores, static_cast<size_t>(workers));
            const BenchGateway gateway({fmt::format("-threads={}", workers)});
            const ProgramRun run = RunProgram({.server = gateway.url(),
                                               .connections = kConnections,
                                               .rate_per_s = options.flood_per_worker * workers,
                                               .seconds = options.paced_seconds,
                                               .workers = workers});
            return run.messages_per_s / 1'000;
          }};
}

}  // namespace

void ScalingSuite(const BenchOptions& options) {
  const std::vector<int> cores = AllowedCores();
  if (cores.size() < 2) throw std::runtime_error("scaling: it takes two cores");
  std::vector<Row> rows;
  for (int workers = 1; workers <= static_cast<int>(std::min<size_t>(cores.size(), 8)); workers *= 2) {
    rows.push_back(Carried(cores, workers, options));
  }
  PrintTable(fmt::format("scaling: gateway, json + aes, {} connections, {} messages/s asked of each worker; as many "
                         "gateway threads as workers, on the same cores",
                         kConnections, options.flood_per_worker),
             "carried, 1,000 msg/s", Alternate(rows, options.repetitions));
}

}  // namespace wsload::bench
