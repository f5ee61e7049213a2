// What a client asks for: the head of an HTTP/1 request (RFC 9112). Bodies are not read; nothing here has one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wsload {

/// Longer requests are no browser's or scraper's.
inline constexpr size_t kMaxRequestBytes = 8 << 10;

/// A view of the bytes it was parsed from.
struct HttpRequest {
  std::string_view method;
  std::string_view path;     ///< without the query
  std::string_view headers;  ///< lines with their ends

  /// The value without blanks around it, by a name in any case; nothing when it is not there, or more than once.
  std::optional<std::string_view> Header(std::string_view name) const;

  bool IsRead() const { return method == "GET" || method == "HEAD"; }
};

/// Both empty: the request's end is not there yet.
struct ParsedRequest {
  std::optional<HttpRequest> request;
  std::string refusal;  ///< the whole answer to what is no request, or too long
};

ParsedRequest ParseRequest(std::string_view received);

/// A whole answer, after which the connection is closed. `headers`: more of them, each with its line end. `status`:
/// "200 OK". To HEAD the body is left out.
std::string HttpAnswer(std::string_view status, std::string_view type, std::string_view body,
                       std::string_view headers = {}, bool with_body = true);

/// One of them for people: a line of text.
std::string HttpError(std::string_view status, std::string_view line, std::string_view headers = {});

}  // namespace wsload
