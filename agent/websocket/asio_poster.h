// The real HttpPoster: on sockets.
#pragma once

#include <memory>

#include "agent/websocket/http_poster.h"
#include "common/loop/asio_event_loop.h"

namespace wsload {

std::unique_ptr<HttpPoster> NewHttpPoster(AsioEventLoop& loop, const PostOptions& options);

}  // namespace wsload
