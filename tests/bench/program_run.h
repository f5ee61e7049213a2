// A run of the real wsload, from which a benchmark reads its figures.
#pragma once

#include <cstdint>
#include <string>

namespace wsload::bench {

struct ProgramPlan {
  std::string server;
  bool echo = false;
  int connections = 0;
  int64_t rate_per_s = 0;
  int64_t seconds = 0;
  int workers = 1;
};

struct ProgramRun {
  double cpu_us_per_message = 0;  ///< of the workers' threads, while it measured
  double messages_per_s = 0;      ///< acknowledged
  double send_lag_p99_us = 0;
  std::string verdict;
};

/// Throws std::runtime_error when it gives no result or sends nothing.
ProgramRun RunProgram(const ProgramPlan& plan);

}  // namespace wsload::bench
