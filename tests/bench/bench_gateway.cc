#include "tests/bench/bench_gateway.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

namespace wsload::bench {

std::string ProgramBeside(const std::string& name) {
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  const std::string path(self, length > 0 ? static_cast<size_t>(length) : 0);
  return path.substr(0, path.rfind('/') + 1) + name;
}

BenchGateway::BenchGateway(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {ProgramBeside("wsload-gateway"), "-listen=127.0.0.1:0"});
  process_ = std::make_unique<Process>(flags);
  const auto line = process_->ReadLine(std::chrono::seconds(10));
  if (!line) throw std::runtime_error("wsload-gateway did not start: " + process_->err());
  url_ = line->substr(line->rfind(' ') + 1);
  port_ = static_cast<uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
}

BenchGateway::~BenchGateway() {
  process_->Signal(SIGTERM);
  process_->Wait(std::chrono::seconds(10));
}

}  // namespace wsload::bench
