#include "controller/run/run_setup.h"

#include <algorithm>

#include "common/plan/plan_proto.h"
#include "common/time/clock.h"
#include "common/util/local_error.h"
#include "common/version.h"

namespace wsload {
namespace {

// Of agents in one line; each has its own entry in the result.
constexpr size_t kMaxNamedFailures = 10;

double InSeconds(int64_t ns) { return static_cast<double>(ns) / kNsPerSecond; }

}  // namespace

std::vector<AgentResult> AgentEntries(const std::vector<std::unique_ptr<AgentLink>>& links,
                                      const std::vector<Slice>& slices) {
  std::vector<AgentResult> entries(links.size());
  for (size_t i = 0; i < links.size(); ++i) {
    entries[i].address = links[i]->address();
    entries[i].slice = slices[i];
  }
  return entries;
}

v1::Assign AssignFor(const std::string& run_id, const RunPlan& plan) {
  v1::Assign assign;
  assign.set_run_id(run_id);
  assign.set_controller_version(kVersion);
  assign.set_protocol_version(kControlProtocolVersion);
  *assign.mutable_plan() = ToProto(plan);
  return assign;
}

LocalString NoAnswerWithin(int64_t ns) {
  return FillLocal({"no answer within {:g} s; check the address, and that no firewall is between",
                    "{:g} 秒内没有应答；请检查地址以及中间的防火墙"},
                   InSeconds(ns));
}

LocalString NotReadyAfter(int64_t ns) {
  return FillLocal(
      {"not ready {:g} s after the ramp-up and the connect timeout", "爬升时间和连接超时过后 {:g} 秒仍未就绪"},
      InSeconds(ns));
}

LocalString NoReportWithin(int64_t ns) {
  return FillLocal({"no final report within {:g} s of the end", "结束后 {:g} 秒内没有最终报告"}, InSeconds(ns));
}

absl::Status SetupError(const std::vector<LocalString>& failures) {
  LocalString line;
  const size_t named = std::min(failures.size(), kMaxNamedFailures);
  for (size_t i = 0; i < named; ++i) {
    if (i > 0) line += {"; ", "；"};
    line += failures[i];
  }
  if (named < failures.size()) line += FillLocal({"; and {} more", "；还有 {} 个"}, failures.size() - named);
  return LocalStatus(absl::StatusCode::kUnavailable, line);
}

}  // namespace wsload
