#include "common/http/http_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

}  // namespace

std::optional<std::string_view> HttpRequest::Header(std::string_view name) const {
  const std::string wanted = AsciiLower(name);
  std::optional<std::string_view> found;
  for (std::string_view rest = headers; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find(kLineEnd));
    rest.remove_prefix(std::min(line.size() + kLineEnd.size(), rest.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || AsciiLower(line.substr(0, colon)) != wanted) continue;
    if (found.has_value()) return std::nullopt;
    found = Trimmed(line.substr(colon + 1));
  }
  return found;
}

ParsedRequest ParseRequest(std::string_view received) {
  const size_t end = received.find(kHeadEnd);
  if (end == std::string_view::npos) {
    if (received.size() < kMaxRequestBytes) return {};
    return {.refusal = HttpError("431 Request Header Fields Too Large", "the request is too long")};
  }
  const std::string_view head = received.substr(0, end + kLineEnd.size());
  const std::string_view line = head.substr(0, head.find(kLineEnd));
  const size_t method_end = line.find(' ');
  const size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end ||
      !line.substr(target_end + 1).starts_with("HTTP/1.")) {
    return {.refusal = HttpError("400 Bad Request", "want a request like GET / HTTP/1.1")};
  }
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  return {.request = HttpRequest{.method = line.substr(0, method_end),
                                 .path = target.substr(0, target.find('?')),
                                 .headers = head.substr(line.size() + kLineEnd.size())}};
}

std::string HttpAnswer(std::string_view status, std::string_view type, std::string_view body, std::string_view headers,
                       bool with_body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n{}Connection: "
      "close\r\n\r\n{}",
      status, type, body.size(), headers, with_body ? body : std::string_view());
}

std::string HttpError(std::string_view status, std::string_view line, std::string_view headers) {
  return HttpAnswer(status, "text/plain; charset=utf-8", fmt::format("{}\n", line), headers);
}

}  // namespace wsload
