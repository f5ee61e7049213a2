// Small questions about text that came from outside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wsload {

/// `text` for an error line: control characters and bytes that are not UTF-8 as \n, \t, \xNN; cut after about `limit`
/// characters with "...". Always one line of valid UTF-8. Credentials in URLs and tokens are hidden: RedactText().
std::string Shown(std::string_view text, size_t limit = 80);

/// Well-formed UTF-8 (RFC 3629): no overlong forms, surrogates, or values beyond U+10FFFF.
bool IsUtf8(std::string_view text);

/// `text` with U+FFFD in place of every byte that is no part of well-formed UTF-8.
std::string ReplaceInvalidUtf8(std::string_view text);

/// Any of U+0000 to U+001F and U+007F to U+009F.
bool HasControlCharacter(std::string_view text);

/// Letters, digits and !#$%&'*+-.^_`|~, at least one (RFC 7230 section 3.2.6).
bool IsHttpToken(std::string_view text);

/// Letters, digits and -._~ : never percent-encoded in a URL (RFC 3986 section 2.3).
bool IsUrlUnreserved(char c);

/// In single quotes, as a POSIX shell takes it for one word whatever it holds.
std::string ShellQuoted(std::string_view text);

/// How `c` is written in XML and HTML where it may not stand for itself: "&amp;" and its like; empty: as it is.
std::string_view XmlEntity(char c);

/// `text` without the characters of `blanks` at both ends.
std::string_view Trimmed(std::string_view text, std::string_view blanks = " \t");

/// ASCII letters in lower case, all else as it is.
std::string AsciiLower(std::string_view text);

/// ASCII letters in upper case, all else as it is.
std::string AsciiUpper(std::string_view text);

}  // namespace wsload
