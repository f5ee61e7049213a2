#include "controller/link/agent_description.h"

#include "common/plan/plan_proto.h"

namespace wsload {

v1::DescribeRequest ToProto(const DescribeOptions& options, size_t position) {
  v1::DescribeRequest request;
  if (options.target.has_value()) request.set_target(options.target->text());
  request.set_depth(options.depth);
  request.set_local_addrs(options.local_addrs.text());
  if (options.plan.has_value()) *request.mutable_plan() = ToProto(*options.plan);
  if (position < options.clients.size()) request.set_client(options.clients[position]);
  return request;
}

}  // namespace wsload
