// When each message of a run is due, whatever the server does: a rate over time, and how messages arrive at that rate.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "common/schedule/measure.h"
#include "common/schedule/poisson_points.h"
#include "common/schedule/progression.h"
#include "common/schedule/rate_profile.h"
#include "common/util/choice.h"

namespace wsload {

enum class Arrivals {
  kConstant,  ///< evenly: message i when the profile has come to i
  kPoisson,   ///< independently of each other: message i when it has come to point i of a Poisson process
};

template <>
inline constexpr std::array kChoices<Arrivals> = {Choice{Arrivals::kConstant, "constant"},
                                                  Choice{Arrivals::kPoisson, "poisson"}};

/// Offsets are from the start of the measure phase. Immutable; copies share what they know. Whoever asks about a part
/// of it (a Progression of message numbers) learns what a single agent would: all parts together are the whole, to the
/// ns.
class Schedule {
 public:
  static constexpr int64_t kNever = RateProfile::kNever;

  class Cursor;

  /// `seed` decides Poisson arrivals, of which at most PoissonPoints::kMostExpected may be expected.
  explicit Schedule(RateProfile profile, Arrivals arrivals = Arrivals::kConstant, uint64_t seed = 0);

  /// How many messages are due before the profile's end.
  int64_t total() const { return facts_->total; }
  int64_t duration_ns() const { return facts_->profile.duration_ns(); }
  const RateProfile& profile() const { return facts_->profile; }

  /// When message i is due; kNever from total() on. 0 <= i. For one after the other: Cursor.
  int64_t OffsetNs(int64_t i) const;
  /// How many messages are due less than `offset_ns` after the start; since time never goes back, they are the first.
  int64_t CountDueBefore(int64_t offset_ns) const;
  /// Likewise, how many of a share, whose terms are all less than total().
  int64_t CountDueBefore(const Progression& share, int64_t offset_ns) const {
    return share.CountBelow(CountDueBefore(offset_ns));
  }
  /// Messages expected a second, at that instant.
  double PerSecondAt(int64_t offset_ns) const { return facts_->profile.PerSecondAt(offset_ns); }

 private:
  struct Facts {
    RateProfile profile;
    std::optional<PoissonPoints> points;  ///< none: constant arrivals
    int64_t total = 0;
  };

  std::shared_ptr<const Facts> facts_;
};

/// A share of the schedule, message after message. One thread; taking one allocates nothing.
class Schedule::Cursor {
 public:
  /// From the share's term number `position` on. All terms are less than total().
  Cursor(const Schedule& schedule, const Progression& share, int64_t position);

  /// When the next message is due, after the start; kNever: there is none.
  int64_t NextDueNs() const { return due_ns_; }
  /// Its number in the run.
  int64_t NextMessage() const { return share_.At(position_); }
  /// Its term in the share.
  int64_t position() const { return position_; }
  /// Terms after it, and itself.
  int64_t left() const { return share_.count - position_; }
  const Progression& share() const { return share_; }
  /// Messages expected a second of this share, at that instant; 0 where there is none.
  double PerSecond() const;

  /// On to the next one. There is one.
  void Take() {
    if (++position_ >= share_.count) {
      due_ns_ = kNever;
      return;
    }
    if (points_ == nullptr) {
      measure_ += step_;
      if (measure_ < even_end_) {
        // The division's result is the one before and the step's, and what both leave over.
        due_ns_ += step_ns_;
        rest_ += step_rest_;
        if (rest_ >= divisor_) {
          rest_ -= divisor_;
          ++due_ns_;
        }
        return;
      }
    }
    Find();
  }
  /// The share ends with its first `count` terms, where it had more; not before position().
  void EndAt(int64_t count);

 private:
  /// Where the next one is due, by its measure.
  void Find();
  void EnterPiece();
  int64_t EvenNs(Measure in_piece);

  std::shared_ptr<const Facts> facts_;
  Progression share_;
  int64_t position_;
  std::unique_ptr<PoissonPoints::Cursor> points_;  ///< null: constant arrivals
  int64_t due_ns_ = kNever;
  Measure measure_ = 0;  ///< of the next one
  Measure step_;         ///< from one to the next, with constant arrivals
  size_t piece_ = 0;
  // Of a piece of constant rate; of any other one even_end_ is 0.
  Measure even_end_ = 0;
  uint64_t divisor_ = 1;  ///< measures a nanosecond
  double ns_in_measure_ = 0;
  int64_t step_ns_ = 0;  ///< step_ / divisor_
  uint64_t step_rest_ = 0;
  uint64_t rest_ = 0;  ///< what the division by divisor_ has left over
};

}  // namespace wsload
