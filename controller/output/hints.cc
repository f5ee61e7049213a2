#include "controller/output/hints.h"

#include <string>
#include <utility>

#include "common/time/duration.h"

namespace wsload {
namespace {

using Kind = StatementKind;

bool IsEcho(const HintContext& run) { return run.plan.protocol == Protocol::kEcho; }

/// "-a, -b"
std::string Flags(std::initializer_list<std::string_view> flags) {
  std::string text;
  for (const std::string_view flag : flags) {
    if (!flag.empty()) text.append(text.empty() ? "" : ", ").append(flag);
  }
  return text;
}

/// What is sent in the clear has no key.
std::string_view CipherKeyFlag(const HintContext& run) {
  return run.plan.cipher == CipherKind::kNone ? "" : "-cipher-key-file";
}
std::string_view CompressFlag(const HintContext& run) {
  return run.plan.compress != Compression::kOff ? "-compress" : "";
}

/// The hint with the settings that may be wrong; under -protocol=echo, which has none of them, another one.
Statement Suspects(const HintContext& run, Kind hint, std::string flags, Kind echo_hint) {
  if (IsEcho(run)) return {echo_hint};
  return {hint, {std::move(flags)}};
}

std::optional<Statement> HttpHint(std::string_view cause, const HintContext& run) {
  if (cause == "http_401") {
    return Suspects(run, Kind::kHintHttp401, Flags({"-jwt-key-file", "-jwt-issuer", "-biz-id", "-token-param"}),
                    Kind::kHintNoToken);
  }
  if (cause == "http_403") {
    return Suspects(run, Kind::kHintHttp403, Flags({"-jwt-key-file", "-jwt-issuer", "-biz-id", "-header"}),
                    Kind::kHintNoToken);
  }
  if (cause == "http_404") return Statement{Kind::kHintHttp404};
  if (cause == "http_429") return Statement{Kind::kHintHttp429};
  if (cause.starts_with("http_5")) return Statement{Kind::kHintHttp5xx};
  return std::nullopt;
}

/// For the code with which the server closed the connection.
std::optional<Statement> CloseHint(std::string_view cause, const HintContext& run) {
  if (cause == "closed_1001") return Statement{Kind::kHintClosed1001};
  if (cause == "closed_1002" || cause == "closed_1007") {
    return Suspects(run, Kind::kHintClosed1007, Flags({"-serializer", CompressFlag(run)}), Kind::kHintFramesRefused);
  }
  if (cause == "closed_1003") {
    return Suspects(run, Kind::kHintClosed1003, Flags({"-serializer"}), Kind::kHintBinaryRefused);
  }
  if (cause == "closed_1008") {
    return Suspects(run, Kind::kHintClosed1008, Flags({"-cipher", CipherKeyFlag(run), "-serializer", "-biz-id"}),
                    Kind::kHintPolicy);
  }
  if (cause == "closed_1009") return Statement{Kind::kHintClosed1009};
  if (cause == "closed_1011") return Statement{Kind::kHintReset};
  return std::nullopt;
}

/// -resp-timeout is the suspect wherever late acknowledgements prove that the server understood.
Statement TimeoutHint(const HintContext& run) {
  const Counters& totals = run.totals;
  const std::string resp_timeout = FormatDuration(run.plan.resp_timeout_ns);
  if (totals.late_acks > 0) {
    return {totals.success == 0 ? Kind::kHintAllLate : Kind::kHintSomeLate, {resp_timeout, totals.late_acks}};
  }
  if (totals.success > 0) return {Kind::kHintSomeTimeouts};
  return Suspects(run, Kind::kHintAllTimeouts,
                  Flags({"-cipher", CipherKeyFlag(run), "-serializer", "-biz-id", "-protocol"}), Kind::kHintNoEcho);
}

}  // namespace

std::optional<Statement> ConnectionHint(std::string_view cause, const HintContext& run) {
  static constexpr std::pair<std::string_view, Kind> kHints[] = {
      {"refused", Kind::kHintRefused},
      {"resolve", Kind::kHintResolve},
      {"unreachable", Kind::kHintUnreachable},
      {"timeout", Kind::kHintConnectTimeout},
      {"tls", Kind::kHintTls},
      {"no_descriptors", Kind::kHintNoDescriptors},
      {"no_ports", Kind::kHintNoPorts},
      {"source_address", Kind::kHintSourceAddress},
      {"not_allowed", Kind::kHintNotAllowed},
      {"reset", Kind::kHintReset},
      {"eof", Kind::kHintReset},
  };
  for (const auto& [name, hint] : kHints) {
    if (cause == name) return Statement{hint};
  }
  if (cause == "tls_certificate") {
    return Statement{run.plan.ca_pem.empty() ? Kind::kHintTlsCertificate : Kind::kHintTlsCertificateOfCa};
  }
  if (cause.starts_with("closed_")) return CloseHint(cause, run);
  return HttpHint(cause, run);
}

std::vector<Statement> MessageHints(const HintContext& run) {
  const Counters& totals = run.totals;
  std::vector<Statement> hints;
  if (totals.timeout > 0) hints.push_back(TimeoutHint(run));
  if (totals.send_error > 0) hints.push_back({Kind::kHintSendErrors, {totals.send_error}});
  if (totals.rate_limited > 0) {
    hints.push_back(
        {run.plan.mps > 1 || !run.plan.stages.empty() ? Kind::kHintRateLimited : Kind::kHintRateLimitedClients});
  }
  // An echo names a message or none; there is nothing to decode.
  if (totals.undecodable > 0 && !IsEcho(run)) {
    hints.push_back(
        {Kind::kHintUndecodable, {totals.undecodable, Flags({"-serializer", "-cipher", CipherKeyFlag(run)})}});
  }
  if (totals.unsent > 0) hints.push_back({Kind::kHintUnsent, {totals.unsent}});
  // Where there were timeouts, they are said with them.
  if (totals.late_acks > 0 && totals.timeout == 0) hints.push_back({Kind::kLateAcks, {totals.late_acks}});
  return hints;
}

}  // namespace wsload
