#include "controller/output/hints.h"

#include <utility>

namespace wsload {

std::optional<Msg> ConnectionHint(std::string_view cause) {
  static constexpr std::pair<std::string_view, Msg> kHints[] = {
      {"http_401", Msg::kHintHttp401},
      {"http_403", Msg::kHintHttp403},
      {"http_404", Msg::kHintHttp404},
      {"refused", Msg::kHintRefused},
      {"resolve", Msg::kHintResolve},
      {"unreachable", Msg::kHintUnreachable},
      {"timeout", Msg::kHintConnectTimeout},
      {"not_websocket", Msg::kHintNotWebSocket},
      {"bad_upgrade", Msg::kHintNotWebSocket},
      {"tls", Msg::kHintTls},
      {"tls_certificate", Msg::kHintTlsCertificate},
      {"no_descriptors", Msg::kHintNoDescriptors},
      {"no_ports", Msg::kHintNoPorts},
      {"source_address", Msg::kHintSourceAddress},
      {"reset", Msg::kHintReset},
      {"eof", Msg::kHintReset},
      {"closed_1001", Msg::kHintClosed1001},
      {"closed_1002", Msg::kHintClosed1003},
      {"closed_1003", Msg::kHintClosed1003},
      {"closed_1007", Msg::kHintClosed1003},
      {"closed_1008", Msg::kHintClosed1008},
      {"closed_1009", Msg::kHintClosed1009},
  };
  for (const auto& [name, hint] : kHints) {
    if (cause == name) return hint;
  }
  if (cause.starts_with("http_5")) return Msg::kHintHttp5xx;
  if (cause.starts_with("http_")) return Msg::kHintHttpOther;
  return std::nullopt;
}

std::vector<std::string> MessageHints(Language language, const Counters& totals) {
  std::vector<std::string> hints;
  if (totals.timeout > 0) {
    hints.push_back(Say(language, totals.success == 0 ? Msg::kHintAllTimeouts : Msg::kHintSomeTimeouts));
  }
  if (totals.rate_limited > 0) hints.push_back(Say(language, Msg::kHintRateLimited));
  if (totals.undecodable > 0) hints.push_back(Say(language, Msg::kHintUndecodable, totals.undecodable));
  if (totals.unsent > 0) hints.push_back(Say(language, Msg::kHintUnsent, totals.unsent));
  return hints;
}

}  // namespace wsload
