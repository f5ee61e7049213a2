#include "controller/link/agent_description.h"

namespace wsload {

v1::DescribeRequest ToProto(const DescribeOptions& options) {
  v1::DescribeRequest request;
  if (options.target.has_value()) request.set_target(options.target->text());
  request.set_depth(options.depth);
  request.set_local_addrs(options.local_addrs.text());
  return request;
}

}  // namespace wsload
