// What is posted to a back end that pushes it to clients: bodies with stamps, at their due times.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/client/client_group.h"
#include "agent/client/push_stamp.h"
#include "agent/load/recorder.h"
#include "agent/websocket/http_poster.h"
#include "common/loop/event_loop.h"
#include "common/plan/run_plan.h"
#include "common/schedule/schedule.h"

namespace wsload {

/// -push-body: a text with holes for the user and the stamp.
class PostBody {
 public:
  /// ValidatePlan() has looked at it.
  explicit PostBody(std::string_view pattern);

  std::string For(int64_t user, std::string_view stamp) const;

 private:
  struct Piece {
    std::string text;
    enum class Hole { kNone, kUser, kStamp } behind = Hole::kNone;
  };
  std::vector<Piece> pieces_;
};

/// One thread: the loop's. A worker's share of the posts; those of a lost agent are nobody's.
class PostSender {
 public:
  struct Parts {
    EventLoop& loop;
    HttpPoster& poster;
    Recorder& recorder;
  };

  /// `share`: numbers of posts in the run. `may_post`: asked before each.
  PostSender(const Parts& parts, const RunPlan& plan, const GroupName& name, const Progression& share,
             std::function<bool(int64_t now_ns)> may_post);

  /// The common start, from which stamps count, and when the schedule of posts begins.
  void Begin(int64_t start_ns, int64_t from_ns);
  /// Takes nothing more from the schedule; `drained` is told when what is open has been answered, from the loop.
  void End(std::function<void()> drained);
  /// What is open is given up.
  void Stop();

  int64_t open() const { return open_; }

 private:
  void OnTimer();
  void Post(int64_t number, int64_t due_ns);
  void OnResult(int64_t due_ns, const PostResult& result);

  EventLoop& loop_;
  HttpPoster& poster_;
  Recorder& recorder_;
  const int64_t clients_;
  const int64_t first_user_id_;
  const std::function<bool(int64_t)> may_post_;
  const PushStamps stamps_;
  const PostBody body_;
  Schedule::Cursor posts_;
  std::function<void()> drained_;
  int64_t start_ns_ = 0;
  int64_t from_ns_ = 0;
  int64_t open_ = 0;
  bool stopped_ = false;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
