#include "agent/service/health_check.h"

#include <grpcpp/grpcpp.h>

#include "common/security/tls_probe.h"
#include "common/time/clock.h"
#include "common/time/deadline.h"
#include "common/util/local_error.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace wsload {
namespace {

namespace health = grpc::health::v1;

HostPort Reachable(const HostPort& listen) {
  if (listen.host == "0.0.0.0") return {"127.0.0.1", listen.port};
  if (listen.host == "::") return {"::1", listen.port};
  return listen;
}

}  // namespace

absl::Status CheckHealth(const HostPort& listen, bool tls, int64_t timeout_ns) {
  const std::string address = Reachable(listen).ToString();
  if (tls) {
    const TlsProbe found = ProbeTls(Reachable(listen), {}, timeout_ns);
    if (found == TlsProbe::kOpen || found == TlsProbe::kRejected) return absl::OkStatus();
    return LocalStatus(absl::StatusCode::kUnavailable,
                       FillLocal({"no agent with TLS answers on {}; is it running, with this -listen and -tls-cert?",
                                  "{} 上没有使用 TLS 的压测节点应答；它是否以此 -listen 和 -tls-cert 运行？"},
                                 address));
  }
  const auto stub = health::Health::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(DeadlineAfter(SystemClock(), timeout_ns));
  health::HealthCheckResponse response;
  const grpc::Status answered = stub->Check(&context, health::HealthCheckRequest(), &response);
  if (!answered.ok()) {
    return LocalStatus(absl::StatusCode::kUnavailable,
                       FillLocal({"no healthy agent on {}: {}; is it running, with this -listen?",
                                  "{} 上没有正常的压测节点：{}；它是否以此 -listen 运行？"},
                                 address, answered.error_message()));
  }
  if (response.status() != health::HealthCheckResponse::SERVING) {
    return LocalStatus(absl::StatusCode::kUnavailable, FillLocal({"the agent on {} takes no runs: it is leaving",
                                                                  "{} 上的压测节点不再接受压测：它正在退出"},
                                                                 address));
  }
  return absl::OkStatus();
}

}  // namespace wsload
