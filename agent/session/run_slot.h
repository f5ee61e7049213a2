// One run at a time: what the sessions of one agent share.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/time/clock.h"

namespace wsload {

/// One thread: the loop of the sessions.
class RunSlot {
 public:
  explicit RunSlot(const Clock& clock) : clock_(clock) {}

  /// Taken, or kUnavailable "busy with run X since T" (T in UTC) and how to mend it.
  absl::Status Take(const std::string& run_id);
  void Free() { run_id_.clear(); }

  /// The run that holds the slot; empty: free.
  const std::string& run_id() const { return run_id_; }
  /// When it was taken; of no meaning when free.
  int64_t since_unix_ns() const { return since_unix_ns_; }

 private:
  const Clock& clock_;
  std::string run_id_;
  int64_t since_unix_ns_ = 0;
};

}  // namespace wsload
