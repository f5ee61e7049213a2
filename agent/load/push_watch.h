// Holds what a worker's clients are pushed against what they ought to get: which of it came, how often, in which order
// and how late. With -push=stamp alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/client/client_group.h"
#include "agent/client/push_stamp.h"
#include "agent/load/push_table.h"
#include "agent/load/recorder.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// One thread. Nothing is allocated per message and push.
class PushWatch {
 public:
  /// `recorder` outlives it.
  PushWatch(const RunPlan& plan, const GroupName& name, Recorder& recorder);

  /// So many clients more listen. Pairs beyond MostPairs() are not tracked.
  void Reserve(int64_t clients);
  void Start(int64_t start_ns) { start_ns_ = start_ns; }

  // What becomes of a message that was due in the warm-up is in no figure.
  /// A message that `user` sent has its end: those who ought to get it are counted.
  void OnEnded(int64_t user, const UpstreamResult& result);
  /// Whether it has the stamp of a message of this run that is due after the warm-up.
  bool IsMeasured(std::string_view plaintext) const;
  /// `repeated`: the same push, by its key, came before.
  void OnPush(int64_t user, std::string_view plaintext, bool repeated, int64_t now_ns);

 private:
  void Count(const PushStamp& stamp, PushTable::Seen seen, bool repeated, int64_t now_ns);

  const PushAudience audience_;
  const int64_t clients_;
  const int64_t first_user_id_;
  const int64_t warm_up_ns_;
  const int64_t most_pairs_;
  const PushStamps stamps_;
  Recorder& recorder_;
  PushTable table_;
  int64_t pairs_ = 0;
  int64_t start_ns_ = 0;  ///< 0: not known yet
};

}  // namespace wsload
