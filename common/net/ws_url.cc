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

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
    if (low >= 0) i += 2;
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
  if (name.empty()) return target;
  const std::string_view separator = query.empty() ? "?" : query.ends_with('&') ? "" : "&";
  return target + fmt::format("{}{}={}", separator, name, PercentEncoded(value));
}

bool WsUrl::HasParameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (PercentDecoded(pair.substr(0, pair.find('='))) == name) return true;
  }
  return false;
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
