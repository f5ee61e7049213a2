#include "common/util/redact.h"

#include <algorithm>
#include <cctype>

namespace wsload {
namespace {

constexpr std::string_view kSchemeEnd = "://";
constexpr std::string_view kUrlEnds = " \t\r\n\"'<>`";
constexpr size_t kLeastBearerLength = 12;

bool IsTokenChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '~' || c == '+' ||
         c == '/' || c == '=';
}

size_t TokenLength(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsTokenChar) - text.begin());
}

/// "host" or "host:80": nothing in it can be a password.
bool IsHostAndPort(std::string_view authority) {
  if (authority.starts_with('[')) return true;
  const size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view port = authority.substr(colon + 1);
  return !port.empty() && std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Where the host of `url` begins, whose authority begins at `begin`: behind the '@' of a user part. A password that
/// should have been escaped may hold any character.
size_t HostBegin(std::string_view url, size_t begin, bool has_scheme) {
  const size_t authority_end = std::min(url.find_first_of("/?#\\", begin), url.size());
  const std::string_view authority = url.substr(begin, authority_end - begin);
  size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const bool user_alone = authority.substr(0, at).find(':') == std::string_view::npos;
    return has_scheme || !user_alone ? begin + at + 1 : begin;
  }
  at = url.rfind('@');
  const bool may_be_password = at != std::string_view::npos && at > begin && !IsHostAndPort(authority);
  return may_be_password ? at + 1 : begin;
}

/// Whether `pair` begins a value that nobody named: "?s3cret". Blanks and marks are the line's own.
bool IsBareValue(std::string_view pair) {
  return pair.size() > 1 && std::isalnum(static_cast<unsigned char>(pair[1])) != 0;
}

/// Of what stands behind the host: the values of parameters hidden, whatever their names, and what has no name too when
/// `is_url`.
std::string RedactQuery(std::string_view rest, bool is_url) {
  constexpr std::string_view kBegins = "?#";
  constexpr std::string_view kSeparators = "&?#";
  std::string out;
  size_t begin = std::min(rest.find_first_of(kBegins), rest.size());
  out.append(rest.substr(0, begin));
  while (begin < rest.size()) {
    const size_t end = std::min(rest.find_first_of(kSeparators, begin + 1), rest.size());
    const std::string_view pair = rest.substr(begin, end - begin);  // with its '?' or '&'
    begin = end;
    const size_t equals = pair.find('=');
    const bool named = equals != std::string_view::npos && pair.substr(0, equals).find(' ') == std::string_view::npos;
    const size_t value = named ? equals + 1 : 1;
    const bool hidden = named || (is_url && IsBareValue(pair));
    // What ends a sentence is the line's own.
    const size_t last = pair.find_last_not_of(":;,.)");
    const size_t value_end = last == std::string_view::npos || last < value ? value : last + 1;
    if (!hidden || value_end == value || pair.substr(value).starts_with(kRedacted)) {
      out.append(pair);
    } else {
      out.append(pair.substr(0, value)).append(kRedacted).append(pair.substr(value_end));
    }
  }
  return out;
}

/// Where the authority of the URL at the front of `word` begins: "-server=ws://...", "(wss://...)", a bare
/// "user:password@host".
size_t AuthorityBegin(std::string_view word, size_t scheme) {
  if (scheme != std::string_view::npos) return scheme + kSchemeEnd.size();
  const size_t equals = word.find('=');
  return equals < word.find_first_of(":@?/") ? equals + 1 : 0;
}

/// One word of a line, or all of a value.
std::string RedactWord(std::string_view word) {
  std::string out;
  bool is_url = false;
  for (;;) {
    const size_t scheme = word.find(kSchemeEnd);
    is_url = is_url || scheme != std::string_view::npos;
    const size_t begin = AuthorityBegin(word, scheme);
    out.append(word.substr(0, begin));
    const size_t host = HostBegin(word, begin, scheme != std::string_view::npos);
    if (host != begin) out.append(kRedacted).append("@");
    word.remove_prefix(host);
    // One more URL may follow in the same word, as in "http://a/,http://b/".
    const size_t next = word.find(kSchemeEnd);
    if (next == std::string_view::npos || next > word.find('?')) break;
    out.append(word.substr(0, next));
    word.remove_prefix(next);
  }
  return out.append(RedactQuery(word, is_url));
}

void HideBearer(std::string& text) {
  constexpr std::string_view kBearer = "bearer ";
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  size_t from = 0;
  for (size_t at = lower.find(kBearer); at != std::string::npos; at = lower.find(kBearer, from)) {
    from = at + kBearer.size();
    const size_t length = TokenLength(std::string_view(text).substr(from));
    if (length < kLeastBearerLength) continue;
    text.replace(from, length, kRedacted);
    lower.replace(from, length, kRedacted);
  }
}

/// Header, claims and signature in base64url: the header begins as {" does.
void HideSignedTokens(std::string& text) {
  constexpr std::string_view kBegin = "eyJ";
  size_t from = 0;
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, from)) {
    const size_t length = TokenLength(std::string_view(text).substr(at));
    const std::string_view token = std::string_view(text).substr(at, length);
    if (std::count(token.begin(), token.end(), '.') >= 1) {
      text.replace(at, length, kRedacted);
      from = at;
    } else {
      from = at + kBegin.size();
    }
  }
}

}  // namespace

std::string RedactUrl(std::string_view url) { return RedactWord(url); }

std::string RedactText(std::string_view text, bool is_line) {
  std::string out;
  while (!text.empty()) {
    const size_t end = is_line ? std::min(text.find_first_of(kUrlEnds), text.size()) : text.size();
    out += RedactWord(text.substr(0, end));
    const size_t next = std::min(text.find_first_not_of(kUrlEnds, end), text.size());
    out += text.substr(end, next - end);
    text.remove_prefix(next);
  }
  HideSignedTokens(out);
  HideBearer(out);
  return out;
}

}  // namespace wsload
