#include "controller/dashboard/access.h"

#include <string_view>

#include "absl/strings/escaping.h"
#include "common/net/lookup.h"
#include "common/security/access_token.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr uint16_t kHttpPort = 80;

/// As a browser writes Host: without the port where it is HTTP's own.
absl::StatusOr<HostPort> ParseHost(std::string_view host) {
  const bool is_bare_v6 = host.ends_with("]");
  if (is_bare_v6 || host.find(':') == std::string_view::npos) {
    return ParseHostPort(std::string(host) + ":" + std::to_string(kHttpPort));
  }
  return ParseHostPort(host);
}

bool IsAddress(std::string_view host) {
  // No name is made of these, and none can be bent to another address.
  return host.find(':') != std::string_view::npos ||
         (!host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// A name is only good where whoever started the run wrote it.
bool IsOwnHost(std::string_view host, const DashboardAccess& access) {
  const absl::StatusOr<HostPort> asked = ParseHost(host);
  if (!asked.ok() || asked->port != access.address.port) return false;
  const std::string name = AsciiLower(asked->host);
  if (asked->IsLoopback() || name == AsciiLower(access.address.host)) return true;
  return !access.address.IsLoopback() && IsAddress(name);
}

bool HasToken(const HttpRequest& request, const std::string& token) {
  constexpr std::string_view kBasic = "Basic ";
  const std::string_view authorization = request.Header(kAuthorizationMetadata).value_or("");
  if (!authorization.starts_with(kBasic)) return CarriesToken(authorization, token);
  std::string user_and_password;
  if (!absl::Base64Unescape(std::string(authorization.substr(kBasic.size())), &user_and_password)) return false;
  const size_t colon = user_and_password.find(':');
  return colon != std::string::npos && CarriesToken(kBearerPrefix + user_and_password.substr(colon + 1), token);
}

}  // namespace

std::string RefuseToShow(const HttpRequest& request, const DashboardAccess& access) {
  const std::string_view host = request.Header("host").value_or("");
  if (!IsOwnHost(host, access)) {
    return HttpError("421 Misdirected Request", "open this page by the address that wsload printed");
  }
  const std::optional<std::string_view> origin = request.Header("origin");
  if (origin.has_value() && *origin != std::string(kScheme).append(host)) {
    return HttpError("403 Forbidden", "not for other sites");
  }
  if (!access.token.empty() && !HasToken(request, access.token)) {
    return HttpError(
        "401 Unauthorized",
        "the password is the token of -dashboard-token-file, or else of -token-file; the user may be anything",
        "WWW-Authenticate: Basic realm=\"wsload\", charset=\"UTF-8\"\r\n");
  }
  return {};
}

std::string RefuseToStop(const HttpRequest& request, const DashboardAccess& access) {
  if (request.method != "POST") return HttpError("405 Method Not Allowed", "stop with POST", "Allow: POST\r\n");
  const std::string_view secret = request.Header("x-wsload-secret").value_or("");
  if (!CarriesToken(kBearerPrefix + std::string(secret), access.stop_secret)) {
    return HttpError("403 Forbidden", "open the page again, and stop from there");
  }
  return {};
}

}  // namespace wsload
