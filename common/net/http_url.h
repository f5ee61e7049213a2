// -push-url: an address of a back end, parsed once.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/net/ws_url.h"

namespace wsload {

/// An http:// URL as it was written, and what it says; or none.
class HttpUrl {
 public:
  /// None.
  HttpUrl() = default;

  /// An empty text: none. kInvalidArgument: a line about the value, nothing of the URL itself.
  static absl::StatusOr<HttpUrl> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  const WsUrl& url() const { return url_; }

  friend bool operator==(const HttpUrl& a, const HttpUrl& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
  WsUrl url_;
};

}  // namespace wsload
