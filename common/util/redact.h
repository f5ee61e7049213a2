// What of a text may be shown: everything but credentials.
#pragma once

#include <string>
#include <string_view>

namespace wsload {

inline constexpr char kRedacted[] = "(redacted)";

/// One URL, or what was meant to be one, without its user part and the values of its query parameters, whatever their
/// names. Where it cannot be told what of it is a password, more is hidden rather than less.
std::string RedactUrl(std::string_view url);

/// A line or value that may have URLs in it: RedactUrl() of each of them, and signed tokens (JWT) and what stands
/// behind "Bearer" hidden. Blanks and quotes end a URL when `is_line`; else all of the text may be one.
std::string RedactText(std::string_view text, bool is_line = true);

}  // namespace wsload
