// Work that may block for as long as it likes, beside threads that must not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "common/loop/event_loop.h"

namespace wsload {

/// A thread that does what it is given, in order, fed through a queue that never makes anyone wait: where the work does
/// not get on, the oldest of it goes undone, and is counted.
/// Work owns all that it touches: a thread that does not come back is left to itself.
class SideThread {
 public:
  /// What may wait of one kind of work; beyond either, the oldest of that kind goes.
  struct Bound {
    size_t items = std::numeric_limits<size_t>::max();
    size_t bytes = std::numeric_limits<size_t>::max();
  };
  static constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

  /// Kinds are numbered as their bounds stand here. Throws std::system_error, whose text has the mend, where there can
  /// be no thread.
  explicit SideThread(std::vector<Bound> bounds);
  /// End() without patience, where it was not called.
  ~SideThread();
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  /// `bytes`: what the work holds. After End() it is dropped without being counted. Any thread.
  void Post(size_t kind, size_t bytes, Callback work);

  /// How often work of the kind went undone. Any thread.
  int64_t dropped(size_t kind) const;

  /// Waits until everything is done. False: for `patience_ns` neither was anything done nor did `progress` change; what
  /// still waits is dropped, and the thread is left to itself. Once, by the owner.
  bool End(int64_t patience_ns, const std::function<int64_t()>& progress = nullptr);

 private:
  struct State;

  const std::shared_ptr<State> state_;
};

}  // namespace wsload
