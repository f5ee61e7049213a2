// What of a plan may be shown: everything but secrets.
#pragma once

#include <string>
#include <string_view>

namespace wsload {

inline constexpr char kRedacted[] = "(redacted)";

/// True for header and query parameter names whose values are credentials (Authorization, Cookie, X-Api-Key, token,
/// ...).
bool IsSecretName(std::string_view name);

/// The URL without the password of its user part and without the values of secret query parameters.
std::string RedactUrl(std::string_view url);

}  // namespace wsload
