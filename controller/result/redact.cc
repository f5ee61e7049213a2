#include "controller/result/redact.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace wsload {

bool IsSecretName(std::string_view name) {
  // Parts of names: rather one harmless value too many hidden than one secret shown.
  static constexpr std::array<std::string_view, 12> kParts = {"auth",      "cookie", "token",   "key",
                                                              "secret",    "passw",  "session", "credential",
                                                              "signature", "jwt",    "bearer",  "sig"};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

std::string RedactUrl(std::string_view url) {
  std::string out;
  const size_t scheme = url.find("://");
  size_t rest = scheme == std::string_view::npos ? 0 : scheme + 3;
  out.append(url.substr(0, rest));
  const size_t authority_end = std::min(url.find_first_of("/?#", rest), url.size());
  const size_t at = url.substr(0, authority_end).rfind('@');
  if (at != std::string_view::npos && at >= rest) {
    out.append(kRedacted).append("@");
    rest = at + 1;
  }
  const size_t query = std::min(url.find('?', rest), url.size());
  out.append(url.substr(rest, query - rest));
  size_t begin = query;
  while (begin < url.size()) {
    const size_t end = std::min(url.find('&', begin + 1), url.size());
    const std::string_view pair = url.substr(begin, end - begin);  // with its '?' or '&'
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && IsSecretName(pair.substr(1, equals - 1))) {
      out.append(pair.substr(0, equals + 1)).append(kRedacted);
    } else {
      out.append(pair);
    }
    begin = end;
  }
  return out;
}

}  // namespace wsload
