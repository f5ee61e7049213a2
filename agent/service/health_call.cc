#include "agent/service/health_call.h"

#include "wsload/v1/control.grpc.pb.h"

namespace wsload {

void HealthCall::OnRequest(const grpc::health::v1::HealthCheckRequest& request) {
  using Response = grpc::health::v1::HealthCheckResponse;
  if (!request.service().empty() && request.service() != v1::Agent::service_full_name()) {
    return Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "the agent has no such service"));
  }
  Response response;
  response.set_status(serving_ ? Response::SERVING : Response::NOT_SERVING);
  Answer(response);
}

}  // namespace wsload
