// Base64 (RFC 4648) into memory the caller owns: on the message path, so no
// allocation and no error objects.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wsload {

/// Characters of `bytes` bytes in standard base64 with padding.
constexpr size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }

/// Bytes that DecodeBase64() may write for `characters` characters.
constexpr size_t Base64DecodedBound(size_t characters) { return characters / 4 * 3 + 3; }

/// Standard alphabet with padding (RFC 4648 section 4). Writes Base64Size(bytes.size()) characters; returns their end.
char* EncodeBase64(std::string_view bytes, char* out);

/// URL and file name safe alphabet without padding (RFC 4648 section 5); returns the end.
char* EncodeBase64Url(std::string_view bytes, char* out);

/// Either alphabet (not both in one text), whole padding or none. Returns the number of bytes written, at most
/// Base64DecodedBound(text.size()). Nothing for any other character (white space too), partial padding, and bits that
/// are not zero after the last byte (RFC 4648 section 3.5), so that no two texts stand for the same bytes.
std::optional<size_t> DecodeBase64(std::string_view text, char* out);

/// The same for the URL-safe alphabet without padding only (RFC 7515 section 2).
std::optional<size_t> DecodeBase64Url(std::string_view text, char* out);

}  // namespace wsload
