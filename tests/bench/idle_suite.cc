#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "tests/bench/engine_client.h"
#include "tests/bench/measured_process.h"
#include "tests/bench/suites.h"

namespace wsload::bench {
namespace {

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// Run(n) connects n more and prints what they keep.
class IdleConnections final : public Measured {
 public:
  explicit IdleConnections(const RunPlan& plan) : plan_(plan) {
    // One client first: what is shared by all is not an idle connection's cost.
    clients_.push_back(std::make_unique<EngineClient>(plan_, 1));
    plan_.first_user_id += 1;
  }

  Cost Run(int64_t count) override {
    malloc_trim(0);
    const int64_t before = ResidentBytes();
    const size_t heap_before = mallinfo2().uordblks;
    clients_.push_back(std::make_unique<EngineClient>(plan_, static_cast<int>(count)));
    const size_t heap_after = mallinfo2().uordblks;
    malloc_trim(0);
    const int64_t after = ResidentBytes();
    std::printf("idle connections: %d, resident %.0f bytes each, heap %.0f bytes each\n\n", static_cast<int>(count),
                static_cast<double>(after - before) / static_cast<double>(count),
                static_cast<double>(heap_after - heap_before) / static_cast<double>(count));
    std::fflush(stdout);
    return {};
  }

 private:
  RunPlan plan_;
  std::vector<std::unique_ptr<EngineClient>> clients_;
};

}  // namespace

void IdleSuite(const BenchOptions& options) {
  const BenchGateway gateway({"-serializer=json"});
  const RunPlan plan = PlanFor(gateway, Protocol::kGateway, Serializer::kJson);
  MeasuredProcess idle([plan] { return std::make_unique<IdleConnections>(plan); });
  idle.Run(options.idle_connections);
}

}  // namespace wsload::bench
