// The inside of a JSON string literal (RFC 8259 section 7), written into memory
// the caller owns.
#pragma once

#include <cstddef>
#include <string_view>

namespace wsload {

/// Bytes that WriteJsonText() may write for `bytes` bytes of text.
constexpr size_t JsonTextBound(size_t bytes) { return bytes * 6; }

/// Escapes what must be escaped: quotes, backslashes and control characters. `text` is UTF-8. Returns the end.
char* WriteJsonText(std::string_view text, char* out);

}  // namespace wsload
