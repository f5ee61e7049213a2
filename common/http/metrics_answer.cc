#include "common/http/metrics_answer.h"

#include <fmt/format.h>

namespace wsload {
namespace {

// Of Prometheus' text format.
constexpr char kTextFormat[] = "text/plain; version=0.0.4; charset=utf-8";

std::string Answer(std::string_view status, std::string_view body, bool with_body, std::string_view extra_header = {},
                   std::string_view type = "text/plain; charset=utf-8") {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n{}Connection: "
      "close\r\n\r\n{}",
      status, type, body.size(), extra_header, with_body ? body : std::string_view());
}

}  // namespace

std::string AnswerToScrape(std::string_view received, const std::function<std::string()>& figures) {
  if (received.find("\r\n\r\n") == std::string_view::npos) {
    return received.size() < kMaxRequestBytes
               ? std::string()
               : Answer("431 Request Header Fields Too Large", "the request is too long\n", true);
  }
  const std::string_view line = received.substr(0, received.find("\r\n"));
  const size_t method_end = line.find(' ');
  const size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end ||
      !line.substr(target_end + 1).starts_with("HTTP/1.")) {
    return Answer("400 Bad Request", "want GET /metrics HTTP/1.1\n", true);
  }
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  if (target.substr(0, target.find('?')) != "/metrics")
    return Answer("404 Not Found", "see /metrics\n", method != "HEAD");
  if (method != "GET" && method != "HEAD") {
    return Answer("405 Method Not Allowed", "read with GET\n", true, "Allow: GET, HEAD\r\n");
  }
  return Answer("200 OK", figures(), method == "GET", {}, kTextFormat);
}

}  // namespace wsload
