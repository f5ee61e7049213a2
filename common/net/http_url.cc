#include "common/net/http_url.h"

#include <utility>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {

absl::StatusOr<HttpUrl> HttpUrl::Parse(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  HttpUrl http;
  if (text.empty()) return http;
  if (AsciiLower(text.substr(0, kScheme.size())) != kScheme) {
    return LocalInvalidArgument(
        {"want http://host:port/path; https is not spoken there", "应为 http://host:port/path；此处不支持 https"});
  }
  // The same rules for host, port, path and credentials.
  absl::StatusOr<WsUrl> url = ParseWsUrl("ws://" + std::string(text.substr(kScheme.size())));
  if (!url.ok()) {
    return LocalInvalidArgument({"want http://host:port/path: {}", "应为 http://host:port/path：{}"}, url.status());
  }
  http.text_ = text;
  http.url_ = *std::move(url);
  return http;
}

}  // namespace wsload
