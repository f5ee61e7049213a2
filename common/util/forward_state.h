// The state of a machine that never goes back.
#pragma once

#include <string>
#include <utility>

#include "common/util/check.h"

namespace wsload {

/// Reads as the State that it is in, an enumeration in the order of a life. One thread.
template <typename State>
class ForwardState {
 public:
  /// `who` is in it, for the line of a failed check: "a worker", "agent h1:7400".
  ForwardState(std::string who, State first) : who_(std::move(who)), now_(first) {}

  operator State() const { return now_; }
  /// Its place among the states, for lines.
  int index() const { return static_cast<int>(now_); }

  /// A check (WSLOAD_CHECK) that `next` comes after the state it is in.
  void Enter(State next) {
    WSLOAD_CHECK(next > now_, "{} goes from state {} to {}", who_, index(), static_cast<int>(next));
    now_ = next;
  }

 private:
  const std::string who_;
  State now_;
};

}  // namespace wsload
