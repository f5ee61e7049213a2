#include "agent/session/admission.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "agent/host/source_check.h"
#include "agent/session/describe.h"
#include "common/lang/statement_status.h"
#include "common/net/ws_url.h"
#include "common/plan/means.h"
#include "common/plan/plan_proto.h"
#include "common/plan/workers.h"
#include "common/util/local_error.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr size_t kMaxRunIdLength = 64;

// Run ids end up in message keys, file names and log lines.
bool IsRunId(const std::string& text) {
  return !text.empty() && text.size() <= kMaxRunIdLength && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

/// Before the server's name is resolved, let alone dialled.
absl::Status CheckTarget(const WsUrl& url, const TargetList& allowed) {
  if (allowed.Allows(url.host, url.port)) return absl::OkStatus();
  return StatementStatus(absl::StatusCode::kPermissionDenied,
                         {StatementKind::kTargetNotAllowed, {url.address().ToString()}});
}

}  // namespace

absl::StatusOr<Assignment> ReadAssignment(const v1::Assign& assign, const AgentConfig& config) {
  if (assign.protocol_version() != kControlProtocolVersion) {
    return StatementStatus(
        absl::StatusCode::kFailedPrecondition,
        {StatementKind::kVersionMismatch, {kVersion, kControlProtocolVersion, assign.protocol_version()}});
  }
  if (!IsRunId(assign.run_id())) {
    return LocalInvalidArgument({"run id must be 1 to {} letters, digits, '-', '_' or '.'",
                                 "运行编号必须由 1 至 {} 个字母、数字、'-'、'_' 或 '.' 组成"},
                                kMaxRunIdLength);
  }
  absl::StatusOr<RunPlan> plan = FromProto(assign.plan());
  if (!plan.ok()) return plan.status();
  if (absl::Status allowed = CheckTarget(plan->server.url(), config.allowed_targets); !allowed.ok()) return allowed;
  if (!plan->push_url.empty()) {
    if (absl::Status allowed = CheckTarget(plan->push_url.url(), config.allowed_targets); !allowed.ok()) return allowed;
  }
  const absl::StatusOr<Slice> slice = FromProto(assign.slice(), *plan);
  if (!slice.ok()) return slice.status();
  if (slice->messages.count > 0 && slice->clients.count == 0) {
    return LocalInvalidArgument(
        {"slice: {} messages, and no client to send them", "分片：有 {} 条消息，却没有发送它们的客户端"},
        slice->messages.count);
  }
  return Assignment{assign.run_id(), *std::move(plan), *slice};
}

absl::Status FitToHost(const AgentConfig& config, Assignment& run) {
  RunPlan& plan = run.plan;
  plan.workers = WorkersFor(config.workers, plan.workers, config.cores);
  plan.local_addrs = LocalAddrsFor(config.local_addrs, plan.local_addrs);
  absl::Status fits = ValidatePlan(plan);
  if (fits.ok()) fits = CheckSources(plan.local_addrs);
  if (!fits.ok()) return fits;
  return CheckMeans(MeansOf(config, plan.local_addrs), NeedsOf(plan, run.slice.clients.count, plan.workers));
}

v1::Refused::Code RefusalCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return v1::Refused::CODE_BEYOND_MEANS;
    case absl::StatusCode::kPermissionDenied:
      return v1::Refused::CODE_TARGET_NOT_ALLOWED;
    case absl::StatusCode::kFailedPrecondition:
      return v1::Refused::CODE_VERSION;
    case absl::StatusCode::kUnavailable:
      return v1::Refused::CODE_BUSY;
    default:
      return v1::Refused::CODE_BAD_PLAN;
  }
}

Statement RefusalOf(const absl::Status& status) {
  if (std::optional<Statement> statement = StatementOf(status); statement.has_value()) return *std::move(statement);
  const bool of_means = RefusalCode(status) == v1::Refused::CODE_BEYOND_MEANS;
  return {of_means ? StatementKind::kBeyondMeans : StatementKind::kBadPlan, {ErrorLines(status)}};
}

}  // namespace wsload
