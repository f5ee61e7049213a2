#include "agent/metrics/metrics_server.h"

#include <CivetServer.h>
#include <prometheus/exposer.h>

#include <string>
#include <utility>
#include <vector>

#include "common/net/listen_failure.h"
#include "common/util/status.h"

namespace wsload {
namespace {

/// A scrape is answered at once; the rest is for those who do not end their request.
std::vector<std::string> Options(const HostPort& address) {
  return {"listening_ports",    address.ToString(),
          "num_threads",        "4",
          "request_timeout_ms", "5000",
          "connection_queue",   "16"};
}

/// Its complaints about requests and addresses belong on no terminal.
int DropMessage(const mg_connection*, const char*) { return 1; }

}  // namespace

absl::Status CheckMetricsAddress(const HostPort& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  if (!ipv6 || mg_check_feature(MG_FEATURES_IPV6) != 0) return absl::OkStatus();
  return InvalidArgument(
      "-metrics={}: the HTTP library of this build knows IPv4 alone; write an IPv4 address, for example 127.0.0.1:{}",
      address.ToString(), address.port);
}

class MetricsServer::Impl {
 public:
  Impl(const HostPort& asked, const CivetCallbacks& callbacks, std::shared_ptr<prometheus::Collectable> figures)
      : address(asked), figures_(std::move(figures)), exposer_(Options(asked), &callbacks) {
    exposer_.RegisterCollectable(figures_);
    if (const std::vector<int> ports = exposer_.GetListeningPorts(); !ports.empty()) {
      address.port = static_cast<uint16_t>(ports.front());
    }
  }

  HostPort address;

 private:
  std::shared_ptr<prometheus::Collectable> figures_;  ///< the exposer does not keep it
  prometheus::Exposer exposer_;
};

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Listen(const HostPort& address,
                                                                     std::shared_ptr<prometheus::Collectable> figures) {
  CivetCallbacks callbacks;
  callbacks.log_message = DropMessage;
  try {
    auto impl = std::make_unique<Impl>(address, callbacks, std::move(figures));
    return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
  } catch (const CivetException&) {
    return MakeStatus(absl::StatusCode::kUnavailable, "cannot listen on {}: {}; free it, or choose another -metrics",
                      address.ToString(), WhyNotListen(address));
  }
}

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() = default;

const HostPort& MetricsServer::address() const { return impl_->address; }

}  // namespace wsload
