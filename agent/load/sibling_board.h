// How the workers of one agent stand in for each other: who has open connections,
// and how messages get from a worker that has none to one that has.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "agent/load/due_message.h"
#include "common/loop/event_loop.h"

namespace wsload {

/// A worker, to its siblings.
class HandOverReceiver {
 public:
  /// On its own loop: messages of a sibling. This is their `hops`-th worker after the
  /// one that took them from the schedule.
  virtual void OnHandedOver(std::vector<DueMessage> messages, int hops) = 0;

 protected:
  ~HandOverReceiver() = default;
};

/// Any thread, but for what is said below; no locks. Every worker has a cache line of its own, which is written when a
/// connection opens or closes and read only where a message has no connection: the message path does not touch it.
class SiblingBoard {
 public:
  explicit SiblingBoard(int workers) : places_(static_cast<size_t>(workers)) {}

  /// Before the threads run. Loop and receiver stay until all threads have ended.
  void Join(int index, EventLoop& loop, HandOverReceiver& receiver);

  // By the worker at `index`.
  /// How many of its connections are open.
  void SetOpen(int index, int64_t open) { places_[static_cast<size_t>(index)].open.store(open); }
  /// Whether it takes messages from the schedule.
  void SetSending(int index, bool sending) { places_[static_cast<size_t>(index)].sending.store(sending); }
  /// Posts to siblings, each in proportion to its open connections; answers what nobody can take. Allocates.
  std::vector<DueMessage> HandOver(int index, std::vector<DueMessage> messages, int hops);
  /// From here on nobody hands it anything; what is on its way still arrives.
  void StopReceiving(int index);
  /// After StopReceiving(): nothing is on its way to it.
  bool AllArrived(int index) const { return OnTheWay(index) == 0; }
  /// A sibling may still hand it messages, or has: it sends and has no connection, or a post is on its way.
  bool MayHandOver(int index) const;

  int workers() const { return static_cast<int>(places_.size()); }

  /// Over all workers.
  int64_t TotalOpen() const;

 private:
  // Of `gate`: its lowest bit says that it is shut, the rest counts posts on their way.
  static constexpr int64_t kShut = 1;
  static constexpr int64_t kPost = 2;

  struct alignas(64) Place {
    std::atomic<int64_t> open{0};
    std::atomic<int64_t> gate{0};
    std::atomic<bool> sending{false};
    EventLoop* loop = nullptr;
    HandOverReceiver* receiver = nullptr;
    std::vector<int64_t> credits;  ///< the worker's own: whose turn it is among its siblings
  };

  int64_t OnTheWay(int index) const { return places_[static_cast<size_t>(index)].gate.load() / kPost; }
  /// False: the gate is shut.
  bool Post(Place& to, std::vector<DueMessage> messages, int hops);

  std::vector<Place> places_;
};

}  // namespace wsload
