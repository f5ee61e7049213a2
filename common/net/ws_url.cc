#include "common/net/ws_url.h"

#include <algorithm>

#include "common/net/authority.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr uint16_t kPort = 80;
constexpr uint16_t kSecurePort = 443;
constexpr size_t kMaxUrlLength = 8192;
constexpr std::string_view kUrlExample = "for example ws://localhost:9002/ws";

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsUrlUnreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool IsGraphicAscii(char c) { return c > 0x20 && c < 0x7f; }

}  // namespace

std::string WsUrl::HostHeader() const {
  const uint16_t default_port = secure ? kSecurePort : kPort;
  return port == default_port ? BracketedHost(host) : fmt::format("{}:{}", BracketedHost(host), port);
}

std::string WsUrl::Target(std::string_view name, std::string_view value) const {
  std::string target = path;
  if (!query.empty()) target += '?' + query;
  if (!name.empty()) target += fmt::format("{}{}={}", query.empty() ? '?' : '&', name, PercentEncoded(value));
  return target;
}

absl::StatusOr<WsUrl> ParseWsUrl(std::string_view text) {
  if (text.size() > kMaxUrlLength) return InvalidArgument("over {} characters", kMaxUrlLength);
  const size_t scheme_end = text.find("://");
  const std::string scheme = AsciiLower(text.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end));
  if (scheme != "ws" && scheme != "wss") return InvalidArgument("want ws:// or wss://, {}", kUrlExample);
  if (!std::all_of(text.begin(), text.end(), IsGraphicAscii)) {
    return InvalidArgument("a blank, control or non-ASCII character; percent-encode it, {}", kUrlExample);
  }
  if (text.find('#') != std::string_view::npos) {
    return InvalidArgument("a WebSocket URL has no fragment; leave out '#' and what follows, {}", kUrlExample);
  }
  const std::string_view rest = text.substr(scheme_end + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  auto authority = ParseAuthority(rest.substr(0, authority_end));
  if (!authority.ok()) return InvalidArgument("{}, {}", Text(authority.status()), kUrlExample);
  if (authority->port == 0) return InvalidArgument("the port must be a number from 1 to 65535, {}", kUrlExample);

  WsUrl url;
  url.secure = scheme == "wss";
  url.host = authority->host;
  url.port = authority->port.value_or(url.secure ? kSecurePort : kPort);
  const std::string_view target = rest.substr(authority_end);
  const size_t question = std::min(target.find('?'), target.size());
  if (question > 0) url.path = target.substr(0, question);
  if (question < target.size()) url.query = target.substr(question + 1);
  return url;
}

}  // namespace wsload
