// A server's answer to one request on a kept connection: where it ends, its status, and whether another request may
// follow. Nothing of the body is kept. No socket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wsload {

/// One answer. Whatever is fed, it keeps no more than kMaxHeadBytes.
class HttpReply {
 public:
  static constexpr size_t kMaxHeadBytes = 64 << 10;
  /// A longer body is not waited for.
  static constexpr size_t kMaxBodyBytes = 1 << 20;

  enum class State {
    kNeedMore,
    kDone,
    kBroken,  ///< what came is no answer
  };

  /// Not to be called again once it is done or broken.
  State Feed(std::string_view bytes);
  State state() const { return state_; }

  /// Of the final answer; of an interim one (1xx) nothing is said. 0: not known yet.
  int status() const { return status_; }
  /// After kDone: the whole answer was read, nothing came behind it and the server keeps the connection.
  bool reusable() const { return reusable_; }

 private:
  State ReadHead(std::string_view head);
  State TakeBody(size_t bytes);

  State state_ = State::kNeedMore;
  std::string head_;
  size_t looked_at_ = 0;  ///< of head_: no end before
  bool in_body_ = false;
  size_t body_left_ = 0;
  int status_ = 0;
  bool reusable_ = false;
};

}  // namespace wsload
