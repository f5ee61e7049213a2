// When a worker's messages leave, and over whose connections: at their due times, over its own clients in turn,
// else over those of its siblings.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "agent/load/client_pool.h"
#include "agent/load/due_message.h"
#include "agent/load/due_messages.h"
#include "agent/load/loop_watch.h"
#include "agent/load/message_text.h"
#include "agent/load/recorder.h"
#include "agent/load/sibling_board.h"
#include "common/loop/event_loop.h"
#include "common/util/forward_state.h"

namespace wsload {

/// What a sender asks and tells, on the loop.
class SenderObserver {
 public:
  /// Before anything is sent. False: nothing may leave any more, whatever the schedule says.
  virtual bool MaySend(int64_t now_ns) = 0;
  /// Messages were sent, or came in from a sibling.
  virtual void OnSenderTurn() = 0;
  /// The schedule is over, and all of its messages were taken.
  virtual void OnScheduleOver(int64_t now_ns) = 0;

 protected:
  ~SenderObserver() = default;
};

/// One thread: the loop's. Sending allocates nothing, as long as a connection of the worker's own is open.
class Sender final : private HandOverReceiver {
 public:
  /// What is still waiting to be sent so long after the end of the schedule is given up: the run keeps to its time, and
  /// its rates stay true, however far behind the worker is.
  static constexpr int64_t kOverrunNs = 250 * kNsPerMs;

  /// What it works with; all outlive it.
  struct Parts {
    EventLoop& loop;
    ClientPool& pool;
    Recorder& recorder;
    LoopWatch& watch;
    SiblingBoard* siblings = nullptr;  ///< null: it has none
    int index = 0;                     ///< its place among them
  };

  /// `text`: what is in the messages.
  Sender(const Parts& parts, const Schedule& schedule, const Progression& messages, MessageText text,
         SenderObserver& observer);

  // In this order, each once; Stop() at any time.
  /// When the schedule begins and ends. What siblings hand over before Begin() is kept for it.
  void Prepare(int64_t start_ns, int64_t end_ns);
  void Begin(int64_t now_ns);
  /// Takes nothing more from the schedule; what siblings hand over is still sent.
  void EndSchedule();
  /// A message has no answer: sends it again, over its own connection or another of this worker's. False: nothing may
  /// leave any more. Nothing leaves either where no connection takes it.
  bool SendAgain(const Unanswered& message);
  /// Nothing is sent any more, and nothing more is handed over to it.
  void Stop(int64_t now_ns);

  /// Its own, and those of others, that are due at or after `from_ns`.
  void Add(const Progression& messages, int64_t from_ns);

  /// For whoever else sends over the same connections.
  MessageText& text() { return text_; }

  /// So many clients more may send.
  void Reserve(int64_t clients) { text_.Reserve(clients); }

  /// As Worker's.
  int64_t Hold(int64_t from_ns) { return messages_.Hold(from_ns); }
  void YieldFrom(int64_t from_ns);

  /// After Stop(): nothing is on its way to it from a sibling.
  bool AllArrived() const { return siblings_ == nullptr || siblings_->AllArrived(index_); }
  /// Every message that was taken or came in is counted here, but for those handed over: `scheduled` of the recorder.
  void CheckFigures(int64_t scheduled) const;

 private:
  enum class State { kIdle, kPrepared, kSending, kScheduleOver, kStopped };

  // HandOverReceiver
  void OnHandedOver(std::vector<DueMessage> messages, int hops) override;

  void OnTimer();
  void Arm(int64_t when_ns);
  void SendDue(int64_t now_ns);
  void SendOne(const DueMessage& message);
  void SendForSibling(std::vector<DueMessage> messages, int hops, int64_t now_ns);
  /// A message is due and no connection of this worker's is open.
  void Strand(const DueMessage& message);
  void HandOverStranded();
  /// To siblings with open connections; what none of them takes is unsent.
  void HandOver(std::vector<DueMessage> messages, int hops);
  /// Siblings without connections may still hand messages over.
  bool AwaitsSiblings(int64_t now_ns) const;

  EventLoop& loop_;
  ClientPool& pool_;
  Recorder& recorder_;
  LoopWatch& watch_;
  SiblingBoard* const siblings_;
  const int index_;
  SenderObserver& observer_;
  MessageText text_;
  DueMessages messages_;
  ForwardState<State> state_{"a worker's sender", State::kIdle};
  int64_t end_ns_ = 0;
  std::vector<DueMessage> stranded_;  ///< of this turn: due, and without a connection
  std::vector<DueMessage> early_;     ///< handed over before this worker's own start
  int64_t handed_over_ = 0;
  int64_t handed_in_ = 0;
  int64_t woke_ns_ = 0;
  int64_t armed_ns_ = 0;
  std::unique_ptr<Timer> timer_;
};

}  // namespace wsload
