#include "common/http/metrics_answer.h"

namespace wsload {

std::string MetricsAnswer(const HttpRequest& request, const std::string& figures) {
  // Of Prometheus' text format.
  constexpr char kTextFormat[] = "text/plain; version=0.0.4; charset=utf-8";
  return HttpAnswer("200 OK", kTextFormat, figures, {}, request.method == "GET");
}

std::string AnswerToScrape(std::string_view received, const std::function<std::string()>& figures) {
  const ParsedRequest parsed = ParseRequest(received);
  if (!parsed.request.has_value()) return parsed.refusal;
  const HttpRequest& request = *parsed.request;
  if (request.path != "/metrics") {
    return HttpAnswer("404 Not Found", "text/plain; charset=utf-8", "see /metrics\n", {}, request.method != "HEAD");
  }
  if (!request.IsRead()) return HttpError("405 Method Not Allowed", "read with GET", "Allow: GET, HEAD\r\n");
  return MetricsAnswer(request, figures());
}

}  // namespace wsload
