#include "agent/load/post_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/plan/push_posts.h"

namespace wsload {
namespace {

/// Work done in one turn of the loop before it looks at its sockets again.
constexpr int kPostsPerTurn = 32;

}  // namespace

PostBody::PostBody(std::string_view pattern) {
  while (!pattern.empty()) {
    const size_t user = pattern.find(kUserHole);
    const size_t stamp = pattern.find(kStampHole);
    const size_t at = std::min({user, stamp, pattern.size()});
    Piece& piece = pieces_.emplace_back();
    piece.text = pattern.substr(0, at);
    if (at == pattern.size()) return;
    piece.behind = at == user ? Piece::Hole::kUser : Piece::Hole::kStamp;
    pattern.remove_prefix(at + (at == user ? kUserHole : kStampHole).size());
  }
}

std::string PostBody::For(int64_t user, std::string_view stamp) const {
  std::string body;
  for (const Piece& piece : pieces_) {
    body += piece.text;
    if (piece.behind == Piece::Hole::kUser) body += fmt::format("{}", user);
    if (piece.behind == Piece::Hole::kStamp) body += stamp;
  }
  return body;
}

PostSender::PostSender(const Parts& parts, const RunPlan& plan, const GroupName& name, const Progression& share,
                       std::function<bool(int64_t now_ns)> may_post)
    : loop_(parts.loop),
      poster_(parts.poster),
      recorder_(parts.recorder),
      clients_(plan.clients),
      first_user_id_(plan.first_user_id),
      may_post_(std::move(may_post)),
      stamps_(name.run_id, kPostedAgent, 0),
      body_(plan.push_body),
      posts_(PostScheduleOf(plan), share, 0),
      timer_(loop_.NewTimer([this] { OnTimer(); })) {}

void PostSender::Begin(int64_t start_ns, int64_t from_ns) {
  start_ns_ = start_ns;
  from_ns_ = from_ns;
  if (posts_.NextDueNs() != Schedule::kNever) timer_->ArmAt(from_ns_ + posts_.NextDueNs());
}

void PostSender::OnTimer() {
  const int64_t now_ns = loop_.MonoNs();
  for (int posted = 0; posts_.NextDueNs() != Schedule::kNever; ++posted) {
    const int64_t due_ns = from_ns_ + posts_.NextDueNs();
    if (due_ns > now_ns || posted == kPostsPerTurn) return timer_->ArmAt(due_ns);
    if (!may_post_(now_ns)) return;
    Post(posts_.NextMessage(), due_ns);
    posts_.Take();
  }
}

void PostSender::Post(int64_t number, int64_t due_ns) {
  const int64_t client = number % clients_;
  std::array<char, static_cast<size_t>(kPushStampBytes)> stamp;
  // Of each client by itself, so that its pushes can be told in order.
  stamps_.Write(static_cast<uint32_t>(client), static_cast<uint32_t>(number / clients_),
                (due_ns - start_ns_) / kNsPerUs, stamp.data());
  ++recorder_.counters().posts;
  ++open_;
  poster_.Post(body_.For(first_user_id_ + client, {stamp.data(), stamp.size()}),
               [this, due_ns](const PostResult& result) { OnResult(due_ns, result); });
}

void PostSender::OnResult(int64_t due_ns, const PostResult& result) {
  if (stopped_) return;
  constexpr int kOk = 200, kMore = 300;
  Counters& counters = recorder_.counters();
  --open_;
  switch (result.end) {
    case PostResult::End::kNotSent:
      ++counters.posts_unsent;
      break;
    case PostResult::End::kNoAnswer:
      ++counters.posts_unanswered;
      ++counters.push_expected;
      ++counters.push_unconfirmed;
      break;
    case PostResult::End::kAnswered:
      recorder_.PostAnswered(loop_.MonoNs() - due_ns);
      if (result.status < kOk || result.status >= kMore) {
        ++counters.posts_refused;
      } else {
        ++counters.posts_accepted;
        ++counters.push_expected;
      }
      break;
  }
  if (open_ == 0 && drained_) drained_();
}

void PostSender::End(std::function<void()> drained) {
  timer_->Cancel();
  // What was due, and this worker did not come to.
  const int64_t now_ns = loop_.MonoNs();
  Counters& counters = recorder_.counters();
  for (; posts_.NextDueNs() != Schedule::kNever && from_ns_ + posts_.NextDueNs() <= now_ns; posts_.Take()) {
    ++counters.posts;
    ++counters.posts_unsent;
  }
  drained_ = std::move(drained);
}

void PostSender::Stop() {
  timer_->Cancel();
  drained_ = nullptr;
  if (std::exchange(stopped_, true)) return;
  Counters& counters = recorder_.counters();
  counters.posts_unanswered += open_;
  counters.push_expected += open_;
  counters.push_unconfirmed += open_;
  open_ = 0;
}

}  // namespace wsload
