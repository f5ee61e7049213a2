#include "tests/bench/clients.h"

#include <memory>
#include <utility>

#include "tests/bench/engine_client.h"

namespace wsload::bench {
namespace {

/// A Measured out of a function that keeps its client.
template <typename Function>
class Calls final : public Measured {
 public:
  explicit Calls(Function function) : function_(std::move(function)) {}
  Cost Run(int64_t size) override { return function_(size); }

 private:
  Function function_;
};

template <typename Function>
std::unique_ptr<Measured> AsMeasured(Function function) {
  return std::make_unique<Calls<Function>>(std::move(function));
}

}  // namespace

Row CpuRow(std::string name, MeasuredProcess& client, int64_t count) {
  return {std::move(name), [&client, count] { return client.Run(count).cpu_us_per_round_trip(); }};
}

MeasuredProcess FloorRoundTrips(const FloorOptions& options) {
  return MeasuredProcess([options] {
    return AsMeasured([client = std::make_unique<FloorClient>(options)](int64_t count) { return client->Run(count); });
  });
}

MeasuredProcess EngineRoundTrips(const RunPlan& plan, int connections) {
  return MeasuredProcess([plan, connections] {
    return AsMeasured(
        [client = std::make_unique<EngineClient>(plan, connections)](int64_t count) { return client->Run(count); });
  });
}

MeasuredProcess FloorPaced(const FloorOptions& options, int64_t rate_per_s, int64_t tick_ns) {
  return MeasuredProcess([=] {
    return AsMeasured([=, client = std::make_unique<FloorClient>(options)](int64_t count) {
      return client->RunPaced(count, rate_per_s, tick_ns);
    });
  });
}

MeasuredProcess FloorConnecting(uint16_t port) {
  return MeasuredProcess([port] { return AsMeasured([port](int64_t count) { return FloorConnects(port, count); }); });
}

MeasuredProcess EngineConnecting(const RunPlan& plan) {
  return MeasuredProcess([plan] {
    // User ids go on from run to run, as each stands for a user of its own.
    return AsMeasured([plan = RunPlan(plan)](int64_t count) mutable {
      const Cost cost = EngineConnects(plan, static_cast<int>(count));
      plan.first_user_id += count;
      return cost;
    });
  });
}

}  // namespace wsload::bench
