#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/load/pacer.h"
#include "tests/bench/clients.h"
#include "tests/bench/spread.h"
#include "tests/bench/suites.h"

namespace wsload::bench {
namespace {

constexpr int kConnections = 1'000;

struct Paced {
  double cpu_us_per_message = 0;
  double send_lag_p99_us = 0;
  std::string verdict;
};

/// A run of the real program, with one worker; CPU of the worker's thread while it measured.
Paced RunProgram(const std::string& server, bool echo, int64_t rate_per_s, int64_t seconds) {
  std::vector<std::string> arguments = {ProgramBeside("wsload"),
                                        "-server=" + server,
                                        "-clients=" + std::to_string(kConnections),
                                        "-mps=" + std::to_string(rate_per_s),
                                        "-duration=" + std::to_string(seconds) + "s",
                                        "-ramp-up=1s",
                                        "-workers=1",
                                        "-json"};
  if (echo) arguments.emplace_back("-protocol=echo");
  Process process(arguments);
  process.Wait(std::chrono::seconds(seconds + 30));
  const auto result = nlohmann::json::parse(process.out(), nullptr, false);
  if (result.is_discarded()) throw std::runtime_error("wsload gave no result: " + process.err());
  const auto& cpu = result["agents"][0]["cpu"];
  const double cpu_us = cpu["user_us"].get<double>() + cpu["system_us"].get<double>();
  const double messages = result["totals"]["success"].get<double>();
  if (messages == 0) throw std::runtime_error("wsload sent nothing: " + process.err());
  return {cpu_us / messages, result["latency_us"]["send_lag"]["p99"].get<double>(), result["verdict"]["code"]};
}

Row Program(std::string name, const BenchGateway& server, bool echo, int64_t rate_per_s, int64_t seconds,
            std::vector<Paced>& seen) {
  return {std::move(name), [&server, &seen, echo, rate_per_s, seconds] {
            seen.push_back(RunProgram(server.url(), echo, rate_per_s, seconds));
            return seen.back().cpu_us_per_message;
          }};
}

void PrintLag(const std::string& name, const std::vector<Paced>& seen) {
  std::vector<double> lags;
  std::string verdicts;
  for (const Paced& run : seen) {
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
    const int64_t tick_ns = Pacer(static_cast<double>(rate_per_s)).tick_ns();
    MeasuredProcess floor = FloorPaced({.port = floor_server.port(), .connections = kConnections}, rate_per_s, tick_ns);
    const int64_t messages = rate_per_s * options.paced_seconds;
    std::vector<Paced> echo;
    std::vector<Paced> json;
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
