#include "common/net/ws_url.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/net/authority.h"
#include "common/net/idn.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr uint16_t kPort = 80;
constexpr uint16_t kSecurePort = 443;
constexpr size_t kMaxUrlLength = 64 << 10;
constexpr LocalText kUrlExample = {"for example ws://localhost:9002/ws", "例如 ws://localhost:9002/ws"};

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
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Escapes what must not stand in a request target (RFC 3986 section 2), and leaves what is escaped.
std::string Escaped(std::string_view text) {
  constexpr std::string_view kForbidden = "\"<>\\^`{|}";
  std::string out;
  for (const char c : text) {
    if (c > 0x20 && c < 0x7f && kForbidden.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// RFC 3986 section 5.2.4, of a path that begins with '/'.
std::string WithoutDotSegments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  for (std::string_view rest = path.substr(1);;) {
    const size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    directory = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!directory) kept.push_back(segment);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (directory || out.empty()) out += '/';
  return out;
}

std::string_view WithoutOuterBlanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// user:password@host:port, without the user part.
absl::StatusOr<Authority> ParseUrlAuthority(std::string_view text, std::string& user_info) {
  if (const size_t at = text.rfind('@'); at != std::string_view::npos) {
    user_info = PercentDecoded(text.substr(0, at));
    if (!user_info.empty() && user_info.find(':') == std::string::npos) user_info += ':';
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) return ParseAuthority(text);
  const size_t colon = std::min(text.find(':'), text.size());
  absl::StatusOr<std::string> host = AsciiHost(PercentDecoded(text.substr(0, colon)));
  if (!host.ok()) return host.status();
  // As curl and browsers have it, a ':' without a number is no port.
  const std::string_view port = text.substr(colon) == ":" ? std::string_view() : text.substr(colon);
  return ParseAuthority(host->append(port));
}

}  // namespace

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

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
  if (text.size() > kMaxUrlLength) return LocalInvalidArgument({"over {} characters", "超过 {} 个字符"}, kMaxUrlLength);
  text = WithoutOuterBlanks(text);
  const size_t scheme_end = text.find("://");
  const std::string scheme = AsciiLower(text.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end));
  if (scheme == "http" || scheme == "https") {
    return LocalInvalidArgument({"a WebSocket server's URL begins with {}:// instead of {}://, {}",
                                 "WebSocket 服务器的 URL 以 {}:// 开头，而不是 {}://，{}"},
                                scheme == "http" ? "ws" : "wss", scheme, kUrlExample);
  }
  if (scheme != "ws" && scheme != "wss")
    return LocalInvalidArgument({"want ws:// or wss://, {}", "应以 ws:// 或 wss:// 开头，{}"}, kUrlExample);
  if (HasControlCharacter(text)) {
    return LocalInvalidArgument({"a line break, tab or other control character; leave it out, {}",
                                 "含有换行、制表符或其他控制字符；请去掉，{}"},
                                kUrlExample);
  }
  if (!IsUtf8(text))
    return LocalInvalidArgument(
        {"bytes that are not UTF-8; percent-encode them, {}", "含有不是 UTF-8 的字节；请用百分号编码，{}"},
        kUrlExample);
  if (text.find('#') != std::string_view::npos) {
    return LocalInvalidArgument({"a WebSocket URL has no fragment; leave out '#' and what follows, or write %23, {}",
                                 "WebSocket URL 没有片段；请去掉 '#' 及其后的内容，或写作 %23，{}"},
                                kUrlExample);
  }
  const std::string_view rest = text.substr(scheme_end + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string user_info;
  auto authority = ParseUrlAuthority(rest.substr(0, authority_end), user_info);
  if (!authority.ok()) return LocalInvalidArgument({"{}, {}", "{}，{}"}, authority.status(), kUrlExample);
  if (authority->port == 0)
    return LocalInvalidArgument({"the port must be a number from 1 to 65535, {}", "端口必须是 1 至 65535 的数字，{}"},
                                kUrlExample);
  if (HasControlCharacter(user_info))
    return LocalInvalidArgument(
        {"a control character in user:password@; leave it out", "user:password@ 中有控制字符；请去掉"});

  WsUrl url;
  url.secure = scheme == "wss";
  url.host = authority->host;
  url.user_info = std::move(user_info);
  url.port = authority->port.value_or(url.secure ? kSecurePort : kPort);
  const std::string_view target = rest.substr(authority_end);
  const size_t question = std::min(target.find('?'), target.size());
  if (question > 0) url.path = WithoutDotSegments(Escaped(target.substr(0, question)));
  if (question < target.size()) url.query = Escaped(target.substr(question + 1));
  return url;
}

}  // namespace wsload
