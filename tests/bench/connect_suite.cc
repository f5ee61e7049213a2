#include "tests/bench/clients.h"
#include "tests/bench/spread.h"
#include "tests/bench/suites.h"

namespace wsload::bench {

void ConnectSuite(const BenchOptions& options) {
  const BenchGateway floor_server({"-echo"});
  const BenchGateway echo_server({"-echo"});
  const BenchGateway json_server({"-serializer=json"});
  MeasuredProcess floor = FloorConnecting(floor_server.port());
  MeasuredProcess echo = EngineConnecting(PlanFor(echo_server, Protocol::kEcho, Serializer::kJson));
  MeasuredProcess gateway = EngineConnecting(PlanFor(json_server, Protocol::kGateway, Serializer::kJson));
  const int64_t count = options.connects;
  PrintTable("connecting: " + std::to_string(count) + " connections, 32 under way at a time", "client CPU us",
             Alternate({CpuRow("floor: raw epoll, upgrade", floor, count), CpuRow("wsload: upgrade", echo, count),
                        CpuRow("wsload: token and upgrade", gateway, count)},
                       options.repetitions));
  const auto per_second = [count](MeasuredProcess& client) {
    return static_cast<double>(count) * 1e6 / static_cast<double>(client.Run(count).wall_us);
  };
  PrintTable("connecting: rate, one thread against the mock gateway", "connections/s",
             Alternate({{"floor: raw epoll, upgrade", [&] { return per_second(floor); }},
                        {"wsload: token and upgrade", [&] { return per_second(gateway); }}},
                       options.repetitions));
}

}  // namespace wsload::bench
