// The little HTTP that a scraper speaks: one request, one answer, the end.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/http/http_request.h"

namespace wsload {

/// The answer to what a client has sent so far (RFC 9112): empty while the request's end is not there, 200 with
/// `figures()` for GET and HEAD of /metrics, else an error. After any answer the connection is closed.
std::string AnswerToScrape(std::string_view received, const std::function<std::string()>& figures);

/// The 200 of that, for servers that have other paths too.
std::string MetricsAnswer(const HttpRequest& request, const std::string& figures);

}  // namespace wsload
