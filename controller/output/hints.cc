#include "controller/output/hints.h"

#include <utility>

namespace wsload {
namespace {

using Kind = StatementKind;

}  // namespace

std::optional<Statement> ConnectionHint(std::string_view cause) {
  static constexpr std::pair<std::string_view, Kind> kHints[] = {
      {"http_401", Kind::kHintHttp401},
      {"http_403", Kind::kHintHttp403},
      {"http_404", Kind::kHintHttp404},
      {"refused", Kind::kHintRefused},
      {"resolve", Kind::kHintResolve},
      {"unreachable", Kind::kHintUnreachable},
      {"timeout", Kind::kHintConnectTimeout},
      {"tls", Kind::kHintTls},
      {"tls_certificate", Kind::kHintTlsCertificate},
      {"no_descriptors", Kind::kHintNoDescriptors},
      {"no_ports", Kind::kHintNoPorts},
      {"source_address", Kind::kHintSourceAddress},
      {"reset", Kind::kHintReset},
      {"eof", Kind::kHintReset},
      {"closed_1001", Kind::kHintClosed1001},
      {"closed_1002", Kind::kHintClosed1003},
      {"closed_1003", Kind::kHintClosed1003},
      {"closed_1007", Kind::kHintClosed1003},
      {"closed_1008", Kind::kHintClosed1008},
      {"closed_1009", Kind::kHintClosed1009},
  };
  for (const auto& [name, hint] : kHints) {
    if (cause == name) return Statement{hint};
  }
  if (cause.starts_with("http_5")) return Statement{Kind::kHintHttp5xx};
  return std::nullopt;
}

std::vector<Statement> MessageHints(const Counters& totals) {
  std::vector<Statement> hints;
  if (totals.timeout > 0) hints.push_back({totals.success == 0 ? Kind::kHintAllTimeouts : Kind::kHintSomeTimeouts});
  if (totals.rate_limited > 0) hints.push_back({Kind::kHintRateLimited});
  if (totals.undecodable > 0) hints.push_back({Kind::kHintUndecodable, {totals.undecodable}});
  if (totals.unsent > 0) hints.push_back({Kind::kHintUnsent, {totals.unsent}});
  if (totals.late_acks > 0) hints.push_back({Kind::kLateAcks, {totals.late_acks}});
  return hints;
}

}  // namespace wsload
