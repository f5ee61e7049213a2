#include "common/net/server_url.h"

#include <utility>

namespace wsload {

absl::StatusOr<ServerUrl> ServerUrl::Parse(std::string_view text) {
  absl::StatusOr<WsUrl> url = ParseWsUrl(text);
  if (!url.ok()) return url.status();
  ServerUrl server;
  server.text_ = text;
  server.url_ = *std::move(url);
  return server;
}

}  // namespace wsload
