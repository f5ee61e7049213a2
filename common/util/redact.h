// What of a text may be shown: everything but credentials.
#pragma once

#include <string>
#include <string_view>

namespace wsload {

inline constexpr char kRedacted[] = "(redacted)";

/// True for header and query parameter names whose values are credentials (Authorization, Cookie, X-Api-Key, token,
/// ...).
bool IsSecretName(std::string_view name);

/// One URL, or what was meant to be one, without its user part and the values of its secret query parameters;
/// `secret_name`: one more such parameter. Where it cannot be told what of it is a password, more is hidden rather than
/// less.
std::string RedactUrl(std::string_view url, std::string_view secret_name = {});

/// A line or value that may have URLs in it: RedactUrl() of each of them, and signed tokens (JWT) and what stands
/// behind "Bearer" hidden. Blanks and quotes end a URL when `is_line`; else all of the text may be one.
std::string RedactText(std::string_view text, bool is_line = true);

}  // namespace wsload
