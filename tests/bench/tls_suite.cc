#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/bench/clients.h"
#include "tests/bench/spread.h"
#include "tests/bench/suites.h"
#include "tests/support/test_certificate.h"

namespace wsload::bench {
namespace {

/// A folder that is gone with this.
class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "wsload-bench-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = path;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void TlsSuite(const BenchOptions& options) {
  const Folder folder;
  const TestCertificate certificate(folder.path());
  if (!certificate.ok) throw std::runtime_error("no certificate could be made");
  const std::string cert = "-tls-cert=" + certificate.cert_file;
  const std::string key = "-tls-key=" + certificate.key_file;
  const BenchGateway floor_server({"-echo", cert, key});
  const BenchGateway echo_server({"-echo", cert, key});
  const BenchGateway json_server({"-serializer=json", cert, key});
  RunPlan echo_plan = PlanFor(echo_server, Protocol::kEcho, Serializer::kJson);
  RunPlan json_plan = PlanFor(json_server, Protocol::kGateway, Serializer::kJson);
  echo_plan.insecure_skip_verify = json_plan.insecure_skip_verify = true;
  MeasuredProcess floor =
      FloorRoundTrips({.port = floor_server.port(), .connections = options.connections, .tls = true});
  MeasuredProcess echo = EngineRoundTrips(echo_plan, options.connections);
  MeasuredProcess json = EngineRoundTrips(json_plan, options.connections);
  const int64_t count = options.round_trips / 2;
  PrintTable(
      "wss: " + std::to_string(options.connections) + " connections, 1 outstanding on each", "client CPU us",
      Alternate({CpuRow("floor: epoll and OpenSSL, echo", floor, count), CpuRow("wsload: 100-byte echo", echo, count),
                 CpuRow("wsload: gateway, json + aes", json, count)},
                options.repetitions));
}

}  // namespace wsload::bench
