#include "controller/run/run_setup.h"

#include <algorithm>

#include "common/plan/plan_proto.h"
#include "common/util/status.h"
#include "common/version.h"

namespace wsload {
namespace {

// Of agents in one line; each has its own entry in the result.
constexpr size_t kMaxNamedFailures = 10;

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

absl::Status SetupError(const std::vector<std::string>& failures) {
  std::string line;
  const size_t named = std::min(failures.size(), kMaxNamedFailures);
  for (size_t i = 0; i < named; ++i) line += (i == 0 ? "" : "; ") + failures[i];
  if (named < failures.size()) line += fmt::format("; and {} more", failures.size() - named);
  return MakeStatus(absl::StatusCode::kUnavailable, "{}", line);
}

}  // namespace wsload
