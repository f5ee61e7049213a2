// The mock gateway beside a benchmark: a process of its own, on a loopback
// port that the kernel chose.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace wsload::bench {

/// The path of a program that was built beside this one.
std::string ProgramBeside(const std::string& name);

class BenchGateway {
 public:
  /// Starts wsload-gateway with `flags`. Throws std::runtime_error when it does not come up.
  explicit BenchGateway(std::vector<std::string> flags);
  ~BenchGateway();

  const std::string& url() const { return url_; }
  uint16_t port() const { return port_; }

 private:
  std::unique_ptr<Process> process_;
  std::string url_;
  uint16_t port_ = 0;
};

}  // namespace wsload::bench
