// The little HTTP that a scraper speaks: one request, one answer, the end.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace wsload {

/// Longer requests are no scraper's.
inline constexpr size_t kMaxRequestBytes = 8 << 10;

/// The answer to what a client has sent so far (RFC 9112): empty while the request's end is not there, 200 with
/// `figures()` for GET and HEAD of /metrics, else an error. After any answer the connection is closed.
std::string AnswerToScrape(std::string_view received, const std::function<std::string()>& figures);

}  // namespace wsload
