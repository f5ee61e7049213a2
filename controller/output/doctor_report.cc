#include "controller/output/doctor_report.h"

#include <algorithm>
#include <cmath>

#include "common/lang/statement.h"
#include "common/plan/means.h"
#include "common/time/clock.h"
#include "common/util/text.h"
#include "controller/output/messages.h"
#include "controller/output/text_table.h"

namespace wsload {
namespace {

constexpr char kUnknown[] = "-";
constexpr int kShownAddresses = 2;
constexpr size_t kMaxAddressLength = 45;

std::string Number(int64_t value) { return value > 0 ? std::to_string(value) : kUnknown; }

std::string OpenFiles(const Means& means) {
  const std::string limit = Number(means.descriptors_soft);
  // The agent has raised the one in force as far as it may; where they still differ, the mend is known.
  if (means.descriptors_hard == means.descriptors_soft) return fmt::format("{}/{}", means.descriptors_in_use, limit);
  return fmt::format("{}/{} ({})", means.descriptors_in_use, limit, Number(means.descriptors_hard));
}

std::string Connections(const Means& means) {
  if (means.ports <= 0) return kUnknown;
  return fmt::format("{} x {} = {}", std::max<int64_t>(1, means.addresses), means.ports, means.MostConnections());
}

/// "2", or "0.3 / 2" where a quota allows no more.
std::string Cores(const v1::DescribeResponse& response) {
  const int host_cores = std::max(response.host_cores(), response.cores());
  if (!HasTightQuota(response)) return Number(host_cores);
  return fmt::format("{:.3g} / {}", response.quota_cores(), host_cores);
}

/// "10.0.0.7, fd00::7 +3"
std::string Addresses(const v1::DescribeResponse& response) {
  std::string text;
  const int count = response.source_addresses_size();
  for (int i = 0; i < std::min(count, kShownAddresses); ++i) {
    text += (i == 0 ? "" : ", ") + Shown(response.source_addresses(i), kMaxAddressLength);
  }
  if (count > kShownAddresses) text += fmt::format(" +{}", count - kShownAddresses);
  return text.empty() ? kUnknown : text;
}

std::string Memory(const Means& means) {
  if (means.memory_available_bytes <= 0) return kUnknown;
  return fmt::format("{:.1f} GiB", static_cast<double>(means.memory_available_bytes) / (1 << 30));
}

std::string Clock(const AgentCheck& check) {
  const double offset_ms = static_cast<double>(check.clock_offset_ns) / kNsPerMs;
  const double error_ms = static_cast<double>(check.clock_error_ns) / kNsPerMs;
  return std::fabs(offset_ms) < 10'000 ? fmt::format("{:+.1f} ms ± {:.1f}", offset_ms, error_ms)
                                       : fmt::format("{:+.0f} s", offset_ms / 1000);
}

std::string Target(Language language, const v1::TargetReport& target) {
  switch (target.reach()) {
    case v1::TargetReport::REACH_UNSPECIFIED:
      return kUnknown;
    case v1::TargetReport::REACH_CONNECTED:
    case v1::TargetReport::REACH_UPGRADED:
      return fmt::format("{:.1f} ms", static_cast<double>(target.connect_us()) / 1000);
    default:
      return std::string(MessageText(language, Msg::kDoctorNo));
  }
}

std::vector<std::string> Row(Language language, const AgentCheck& check) {
  std::vector<std::string> row = {check.address};
  if (check.response.has_value()) {
    const v1::DescribeResponse& response = *check.response;
    const Means means = FromProto(response.means());
    row.insert(row.end(),
               {Shown(response.agent_version(), 16), Cores(response), OpenFiles(means), Connections(means),
                Addresses(response), Memory(means), check.most_clients ? std::to_string(*check.most_clients) : kUnknown,
                Clock(check), Target(language, response.target())});
  } else {
    row.insert(row.end(), 9, kUnknown);
  }
  row.emplace_back(MessageText(language, check.problems.empty() ? Msg::kDoctorOk : Msg::kDoctorNotOk));
  return row;
}

}  // namespace

std::string DoctorReport(Language language, const std::vector<AgentCheck>& checks) {
  TextTable table(/*all_left=*/true);
  std::vector<std::string> head;
  for (const Msg title : {Msg::kAgent, Msg::kDoctorVersion, Msg::kDoctorCores, Msg::kDoctorOpenFiles,
                          Msg::kDoctorConnections, Msg::kDoctorAddresses, Msg::kDoctorMemory, Msg::kDoctorClients,
                          Msg::kDoctorClock, Msg::kDoctorTarget, Msg::kDoctorVerdict}) {
    head.emplace_back(MessageText(language, title));
  }
  table.AddRow(std::move(head));
  std::string lines;
  size_t well = 0;
  for (const AgentCheck& check : checks) {
    table.AddRow(Row(language, check));
    if (check.problems.empty()) ++well;
    for (const auto* statements : {&check.problems, &check.warnings}) {
      for (const Statement& statement : *statements) lines += NoticeLine(language, statement);
    }
  }
  const Statement end{well == checks.size() ? StatementKind::kAllAgentsReady : StatementKind::kAgentsNotReady,
                      {static_cast<int64_t>(well), static_cast<int64_t>(checks.size())}};
  return table.Render(0) + "\n" + lines + StatementText(language, end) + "\n";
}

}  // namespace wsload
