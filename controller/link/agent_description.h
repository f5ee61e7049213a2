// What the controller learns from an agent before a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/net/server_url.h"
#include "common/net/source_list.h"
#include "common/plan/run_plan.h"
#include "common/time/clock.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

struct AgentDescription {
  std::string address;
  /// OK, or why there is no response: kUnavailable, one line with the mend.
  absl::Status status;
  v1::DescribeResponse response;
  /// The agent's clock of the day minus this host's, from the exchange with the smallest round trip; and half of that.
  int64_t clock_offset_ns = 0;
  int64_t clock_error_ns = 0;
};

struct DescribeOptions {
  std::optional<ServerUrl> target;                                        ///< nothing: none
  v1::DescribeRequest::Depth depth = v1::DescribeRequest::DEPTH_ALLOWED;  ///< to which agents look at it
  SourceList local_addrs;                                                 ///< the plan's
  /// With DEPTH_UPGRADE: the run, and which of its clients each agent stands for.
  std::optional<RunPlan> plan = std::nullopt;
  std::vector<int64_t> clients = {};
  int clock_exchanges = 1;
  int64_t timeout_ns = 10 * kNsPerSecond;
};

/// What the agent at `position` is asked.
v1::DescribeRequest ToProto(const DescribeOptions& options, size_t position);

}  // namespace wsload
