#include "agent/websocket/http_reply.h"

#include <charconv>

#include "agent/websocket/http_answer.h"

namespace wsload {
namespace {

/// False: no number.
bool ReadLength(const std::string& text, size_t& length) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

HttpReply::State HttpReply::Feed(std::string_view bytes) {
  if (state_ != State::kNeedMore) return state_;
  if (in_body_) return state_ = TakeBody(bytes.size());
  head_.append(bytes);
  while (state_ == State::kNeedMore && !in_body_) {
    const size_t end = FindHeadEnd(head_, looked_at_);
    if (end == std::string::npos) {
      looked_at_ = head_.size();
      if (head_.size() > kMaxHeadBytes) state_ = State::kBroken;
      return state_;
    }
    if (end > kMaxHeadBytes) return state_ = State::kBroken;
    state_ = ReadHead(std::string_view(head_).substr(0, end));
    head_.erase(0, end);
    looked_at_ = 0;
  }
  if (in_body_) state_ = TakeBody(head_.size());
  head_.clear();
  return state_;
}

HttpReply::State HttpReply::ReadHead(std::string_view text) {
  const absl::StatusOr<HttpHead> head = ParseHttpHead(text);
  if (!head.ok() || head->status == 101) return State::kBroken;
  if (head->status < 200) return State::kNeedMore;  // the answer follows
  status_ = head->status;
  in_body_ = true;
  const bool kept = text.starts_with("HTTP/1.1") && !head->HasToken("connection", "close");
  size_t length = 0;
  if (head->has_no_body()) {
    reusable_ = kept;
  } else if (head->Has("transfer-encoding") || !ReadLength(head->Value("content-length"), length) ||
             length > kMaxBodyBytes) {
    // Its end is more than is worth knowing: the connection is given up instead.
    reusable_ = false;
  } else {
    reusable_ = kept;
    body_left_ = length;
  }
  return State::kNeedMore;
}

HttpReply::State HttpReply::TakeBody(size_t bytes) {
  if (!reusable_) return State::kDone;
  if (bytes > body_left_) {
    reusable_ = false;
    return State::kDone;
  }
  body_left_ -= bytes;
  return body_left_ == 0 ? State::kDone : State::kNeedMore;
}

}  // namespace wsload
