// What a message costs: wsload's client beside the raw-socket floor, in the
// same run, alternating, as ratios of client CPU (user and system) per round trip. Then what an idle connection keeps
// in memory. Absolute times belong to the machine; the ratios are what to read.
//
//   wsload-bench [-repetitions=5] [-round-trips=100000] [-connections=100] [-idle-connections=5000]
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/flags/flag_set.h"
#include "common/util/status.h"
#include "tests/bench/engine_client.h"
#include "tests/bench/floor_client.h"
#include "tests/support/process.h"

namespace wsload::bench {
namespace {

struct Options {
  int32_t repetitions = 5;
  int64_t round_trips = 100'000;
  int32_t connections = 100;
  int32_t idle_connections = 5'000;
};

/// The mock gateway beside this program, in a process of its own, on a port the kernel chose.
class Gateway {
 public:
  explicit Gateway(std::vector<std::string> flags) {
    char self[4096];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    const std::string path(self, length > 0 ? static_cast<size_t>(length) : 0);
    flags.insert(flags.begin(), {path.substr(0, path.rfind('/')) + "/wsload-gateway", "-listen=127.0.0.1:0"});
    process_ = std::make_unique<Process>(flags);
    const auto line = process_->ReadLine(std::chrono::seconds(10));
    if (!line) throw std::runtime_error("wsload-gateway did not start: " + process_->err());
    url_ = line->substr(line->find("ws://"));
    port_ = static_cast<uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
  }
  ~Gateway() {
    process_->Signal(SIGTERM);
    process_->Wait(std::chrono::seconds(10));
  }

  const std::string& url() const { return url_; }
  uint16_t port() const { return port_; }

 private:
  std::unique_ptr<Process> process_;
  std::string url_;
  uint16_t port_ = 0;
};

struct Shape {
  std::string name;
  std::function<Cost()> run;
  std::vector<double> cpu_us;
  std::vector<double> ratio;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

RunPlan PlanFor(const Gateway& gateway, Protocol protocol, Serializer serializer) {
  RunPlan plan;
  plan.server = gateway.url();
  plan.protocol = protocol;
  plan.serializer = serializer;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

void RoundTrips(const Options& options) {
  // The key and the space behind it make 100 bytes of payload on the echo path, as the floor sends.
  const Gateway echo({"-echo"});
  const Gateway json({"-serializer=json"});
  const Gateway proto({"-serializer=proto"});
  FloorClient floor(echo.port(), "/ws", options.connections, 100);
  EngineClient engine_echo(PlanFor(echo, Protocol::kEcho, Serializer::kJson), options.connections);
  EngineClient engine_json(PlanFor(json, Protocol::kGateway, Serializer::kJson), options.connections);
  EngineClient engine_proto(PlanFor(proto, Protocol::kGateway, Serializer::kProto), options.connections);

  std::vector<Shape> shapes;
  shapes.push_back({"floor: raw epoll, 100-byte echo", [&] { return floor.Run(options.round_trips); }, {}, {}});
  shapes.push_back({"wsload: 100-byte echo", [&] { return engine_echo.Run(options.round_trips); }, {}, {}});
  shapes.push_back({"wsload: gateway, json + aes", [&] { return engine_json.Run(options.round_trips); }, {}, {}});
  shapes.push_back({"wsload: gateway, proto + aes", [&] { return engine_proto.Run(options.round_trips); }, {}, {}});

  for (Shape& shape : shapes) shape.run();  // warm-up, not counted
  for (int repetition = 0; repetition < options.repetitions; ++repetition) {
    std::fprintf(stderr, "round %d of %d\n", repetition + 1, options.repetitions);
    for (Shape& shape : shapes) shape.cpu_us.push_back(shape.run().cpu_us_per_round_trip());
    for (Shape& shape : shapes) shape.ratio.push_back(shape.cpu_us.back() / shapes[0].cpu_us.back());
  }

  std::printf("client CPU per round trip, %d connections, 1 outstanding each, %lld round trips, %d repetitions\n",
              options.connections, static_cast<long long>(options.round_trips), options.repetitions);
  std::printf("%-34s %9s %9s %9s   %s\n", "", "min us", "median us", "max us", "ratio to the floor (min median max)");
  for (const Shape& shape : shapes) {
    const auto [low, high] = std::minmax_element(shape.cpu_us.begin(), shape.cpu_us.end());
    const auto [ratio_low, ratio_high] = std::minmax_element(shape.ratio.begin(), shape.ratio.end());
    std::printf("%-34s %9.2f %9.2f %9.2f   %.2f %.2f %.2f\n", shape.name.c_str(), *low, Median(shape.cpu_us), *high,
                *ratio_low, Median(shape.ratio), *ratio_high);
  }
}

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

void IdleMemory(const Options& options) {
  const Gateway gateway({"-serializer=json"});
  const RunPlan plan = PlanFor(gateway, Protocol::kGateway, Serializer::kJson);
  // One client first: what is shared by all is not an idle connection's cost.
  const EngineClient first(plan, 1);
  malloc_trim(0);
  const int64_t before = ResidentBytes();
  const size_t heap_before = mallinfo2().uordblks;
  RunPlan more = plan;
  more.first_user_id += 1;
  const EngineClient idle(more, options.idle_connections);
  const size_t heap_after = mallinfo2().uordblks;
  malloc_trim(0);
  const int64_t after = ResidentBytes();
  std::printf("idle connections: %d, resident %.0f bytes each, heap %.0f bytes each\n", options.idle_connections,
              static_cast<double>(after - before) / options.idle_connections,
              static_cast<double>(heap_after - heap_before) / options.idle_connections);
}

int Main(int argc, char** argv) {
  Options options;
  FlagSet flags("wsload-bench", "WSLOAD_BENCH");
  flags.Add("repetitions", &options.repetitions, "rounds, all shapes in each", true);
  flags.Add("round-trips", &options.round_trips, "round trips of each shape in a round", true);
  flags.Add("connections", &options.connections, "connections, one message outstanding on each", true);
  flags.Add("idle-connections", &options.idle_connections, "connections for the memory figure (0: skip)", true);
  const absl::Status parsed = flags.Parse({argv + 1, argv + argc}, ProcessEnvironment());
  if (!parsed.ok()) {
    std::fprintf(stderr, "wsload-bench: %s\n", std::string(Text(parsed)).c_str());
    return 104;
  }
  if (flags.help_wanted()) {
    std::printf("%s", flags.Usage("wsload-bench: what a message and an idle connection cost", true).c_str());
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);
  try {
    if (options.round_trips > 0) RoundTrips(options);
    if (options.idle_connections > 0) IdleMemory(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wsload-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace wsload::bench

int main(int argc, char** argv) { return wsload::bench::Main(argc, argv); }
