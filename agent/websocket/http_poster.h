// Posts bodies to one URL, on a loop: connections that are kept and bounded, every post with a deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "common/net/ws_url.h"

namespace wsload {

struct PostResult {
  enum class End {
    kAnswered,
    kNotSent,   ///< nothing of it has left: no connection, or too many wait for one
    kNoAnswer,  ///< it left, or a part of it, and what came of it is not known
  };
  End end = End::kNotSent;
  int status = 0;  ///< of an answer
};

/// One loop's thread.
class HttpPoster {
 public:
  using Done = std::function<void(const PostResult&)>;

  /// Posts under way are given up; what was to be told of them does not come.
  virtual ~HttpPoster() = default;

  /// `done` comes once, from the loop, at the latest at the deadline, and not inside this call.
  virtual void Post(std::string body, Done done) = 0;
};

struct PostOptions {
  WsUrl url;  ///< of http, not of a WebSocket
  int64_t timeout_ns = 0;
  int most_connections = 32;
  size_t most_waiting = 10'000;  ///< for a connection
};

}  // namespace wsload
