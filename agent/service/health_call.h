// What load balancers and orchestrators ask an agent: whether it takes runs.
#pragma once

#include "agent/service/unary_call.h"
#include "grpc/health/v1/health.pb.h"

namespace wsload {

/// Of gRPC's health protocol what everybody may ask without holding anything. Watch, a stream without an end, is not
/// there.
inline constexpr char kHealthCheckMethod[] = "/grpc.health.v1.Health/Check";

/// Deletes itself.
class HealthCall final : public UnaryCall<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse> {
 public:
  explicit HealthCall(bool serving) : serving_(serving) {}

 private:
  void OnRequest(const grpc::health::v1::HealthCheckRequest& request) override;
  void OnDone() override { delete this; }

  const bool serving_;
};

}  // namespace wsload
