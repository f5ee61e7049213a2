#include <string>
#include <vector>

#include "agent/load/pacer.h"
#include "tests/bench/clients.h"
#include "tests/bench/program_run.h"
#include "tests/bench/spread.h"
#include "tests/bench/suites.h"

namespace wsload::bench {
namespace {

constexpr int kConnections = 1'000;

Row Program(std::string name, const BenchGateway& server, bool echo, int64_t rate_per_s, int64_t seconds,
            std::vector<ProgramRun>& seen) {
  return {std::move(name), [&server, &seen, echo, rate_per_s, seconds] {
            seen.push_back(RunProgram({.server = server.url(),
                                       .echo = echo,
                                       .connections = kConnections,
                                       .rate_per_s = rate_per_s,
                                       .seconds = seconds}));
            return seen.back().cpu_us_per_message;
          }};
}

void PrintLag(const std::string& name, const std::vector<ProgramRun>& seen) {
  std::vector<double> lags;
  std::string verdicts;
  for (const ProgramRun& run : seen) {
    lags.push_back(run.send_lag_p99_us);
    verdicts += " " + run.verdict;
  }
  const Spread lag = SpreadOf(lags);
  std::printf("%-36s send lag p99 us: min %.0f median %.0f max %.0f;%s\n", name.c_str(), lag.min, lag.median, lag.max,
              verdicts.c_str());
}

}  // namespace

void PacedSuite(const BenchOptions& options) {
  for (const int64_t rate_per_s : {1'000, 10'000, 50'000}) {
    const BenchGateway floor_server({"-echo"});
    const BenchGateway echo_server({"-echo"});
    const BenchGateway json_server({"-serializer=json"});
    const int64_t tick_ns = Pacer::TickNs(static_cast<double>(rate_per_s));
    MeasuredProcess floor = FloorPaced({.port = floor_server.port(), .connections = kConnections}, rate_per_s, tick_ns);
    const int64_t messages = rate_per_s * options.paced_seconds;
    std::vector<ProgramRun> echo;
    std::vector<ProgramRun> json;
    PrintTable(
        "paced: " + std::to_string(kConnections) + " connections, " + std::to_string(rate_per_s) +
            " messages/s, ticks of " + std::to_string(tick_ns / kNsPerUs) + " us",
        "worker CPU us",
        Alternate({CpuRow("floor: raw epoll, 100-byte echo", floor, messages),
                   Program("wsload: 100-byte echo", echo_server, true, rate_per_s, options.paced_seconds, echo),
                   Program("wsload: gateway, json + aes", json_server, false, rate_per_s, options.paced_seconds, json)},
                  options.repetitions));
    PrintLag("wsload: 100-byte echo", echo);
    PrintLag("wsload: gateway, json + aes", json);
    std::printf("\n");
  }
}

}  // namespace wsload::bench
