#include "tests/bench/program_run.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "tests/bench/bench_gateway.h"

namespace wsload::bench {

ProgramRun RunProgram(const ProgramPlan& plan) {
  std::vector<std::string> arguments = {ProgramBeside("wsload"),
                                        "-server=" + plan.server,
                                        "-clients=" + std::to_string(plan.connections),
                                        "-mps=" + std::to_string(plan.rate_per_s),
                                        "-duration=" + std::to_string(plan.seconds) + "s",
                                        "-ramp-up=1s",
                                        "-workers=" + std::to_string(plan.workers),
                                        "-json",
                                        "-out=none"};
  if (plan.echo) arguments.emplace_back("-protocol=echo");
  Process process(arguments);
  process.Wait(std::chrono::seconds(plan.seconds + 30));
  const auto result = nlohmann::json::parse(process.out(), nullptr, false);
  if (result.is_discarded()) throw std::runtime_error("wsload gave no result: " + process.err());
  const auto& cpu = result["agents"][0]["cpu"];
  const double cpu_us = cpu["user_us"].get<double>() + cpu["system_us"].get<double>();
  const double messages = result["totals"]["success"].get<double>();
  if (messages == 0) throw std::runtime_error("wsload sent nothing: " + process.err());
  return {.cpu_us_per_message = cpu_us / messages,
          .messages_per_s = result["rates"]["success_per_s"],
          .send_lag_p99_us = result["latency_us"]["send_lag"]["p99"],
          .verdict = result["verdict"]["code"]};
}

}  // namespace wsload::bench
