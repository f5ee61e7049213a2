#include "common/util/status.h"
#include "tests/bench/clients.h"
#include "tests/bench/spread.h"
#include "tests/bench/suites.h"

namespace wsload::bench {

RunPlan PlanFor(const BenchGateway& gateway, Protocol protocol, Serializer serializer) {
  RunPlan plan;
  plan.server = *ServerUrl::Parse(gateway.url());
  plan.protocol = protocol;
  plan.serializer = serializer;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

void RoundTripSuite(const BenchOptions& options, int32_t connections) {
  // Each client with a server of its own: 10,000 connections of two clients are more than one process may have.
  const BenchGateway floor_server({"-echo"});
  const BenchGateway echo_server({"-echo"});
  const BenchGateway json_server({"-serializer=json"});
  const BenchGateway proto_server({"-serializer=proto"});
  MeasuredProcess floor = FloorRoundTrips({.port = floor_server.port(), .connections = connections});
  MeasuredProcess echo = EngineRoundTrips(PlanFor(echo_server, Protocol::kEcho, Serializer::kJson), connections);
  MeasuredProcess json = EngineRoundTrips(PlanFor(json_server, Protocol::kGateway, Serializer::kJson), connections);
  MeasuredProcess proto = EngineRoundTrips(PlanFor(proto_server, Protocol::kGateway, Serializer::kProto), connections);
  const int64_t count = options.round_trips;
  PrintTable(
      fmt::format("round trips: {} connections, 1 outstanding on each, {} a round", connections, count),
      "client CPU us",
      Alternate(
          {CpuRow("floor: raw epoll, 100-byte echo", floor, count), CpuRow("wsload: 100-byte echo", echo, count),
           CpuRow("wsload: gateway, json + aes", json, count), CpuRow("wsload: gateway, proto + aes", proto, count)},
          options.repetitions));
}

void GrowthSuite(const BenchOptions& options) {
  const int64_t count = options.round_trips / 2;
  for (const int connections : {100, 300, 1'000, 3'000, 10'000, 18'000}) {
    const BenchGateway floor_server({"-echo"});
    const BenchGateway echo_server({"-echo"});
    MeasuredProcess floor = FloorRoundTrips({.port = floor_server.port(), .connections = connections});
    MeasuredProcess echo = EngineRoundTrips(PlanFor(echo_server, Protocol::kEcho, Serializer::kJson), connections);
    PrintTable(fmt::format("growth: {} connections, 100-byte echo", connections), "client CPU us",
               Alternate({CpuRow("floor", floor, count), CpuRow("wsload", echo, count)}, options.repetitions));
  }
  for (const int size : {16, 100, 1'000, 4'096, 16'384, 65'536}) {
    const BenchGateway floor_server({"-echo"});
    const BenchGateway echo_server({"-echo"});
    const BenchGateway json_server({"-serializer=json"});
    RunPlan echo_plan = PlanFor(echo_server, Protocol::kEcho, Serializer::kJson);
    RunPlan json_plan = PlanFor(json_server, Protocol::kGateway, Serializer::kJson);
    echo_plan.msg_size_bytes = json_plan.msg_size_bytes = size;
    const int connections = options.connections;
    MeasuredProcess floor =
        FloorRoundTrips({.port = floor_server.port(), .connections = connections, .payload_bytes = size});
    MeasuredProcess echo = EngineRoundTrips(echo_plan, connections);
    MeasuredProcess json = EngineRoundTrips(json_plan, connections);
    const int64_t few = size > 4'096 ? count / 4 : count;
    PrintTable(fmt::format("growth: {}-byte messages, {} connections", size, connections), "client CPU us",
               Alternate({CpuRow("floor: echo", floor, few), CpuRow("wsload: echo", echo, few),
                          CpuRow("wsload: gateway, json + aes", json, few)},
                         options.repetitions));
  }
}

}  // namespace wsload::bench
