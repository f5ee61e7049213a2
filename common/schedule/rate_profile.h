// A rate over time, made of lines; how much is due by when, and when so much is due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "common/schedule/measure.h"
#include "common/schedule/rate.h"
#include "common/schedule/stage_list.h"

namespace wsload {

/// N(t) is what is due in [0, t): the integral of a rate that goes along straight lines, piece by piece. It is taken
/// exactly, never as a floating-point number, and neither drifts nor has a seam where two pieces meet. Immutable.
class RateProfile {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// In `duration_ns` the rate goes from one to the other. The ends of a piece are whole measures.
  struct Piece {
    int64_t offset_ns = 0;
    int64_t duration_ns = 0;
    Rate from;
    Rate to;
    Measure begin = 0;
    Measure end = 0;

    bool constant() const { return from == to; }
    /// Whether N(`x_ns` after its beginning) <= `m` after its beginning. 0 <= x_ns <= duration_ns.
    bool ReachesAtMost(int64_t x_ns, Measure m) const;
    /// The last nanosecond of the piece, from its beginning, with N <= m. m < end - begin, and end > begin.
    int64_t InverseNs(Measure m) const;
    double PerSecondAt(int64_t x_ns) const;
  };

  /// One rate. duration_ns >= 0.
  RateProfile(Rate rate, int64_t duration_ns);
  /// `first`: the rate before the first stage.
  RateProfile(Rate first, std::span<const Stage> stages);

  int64_t duration_ns() const { return duration_ns_; }
  /// N(duration_ns()).
  Measure total() const { return pieces_.empty() ? 0 : pieces_.back().end; }
  /// N(offset_ns), rounded up to a whole measure: a whole one is less than it if and only if it is less than N.
  Measure Before(int64_t offset_ns) const;
  /// The last nanosecond t with N(t) <= m: then m has been passed one nanosecond later. kNever: m >= total().
  int64_t OffsetNs(Measure m) const;
  /// Messages a second at that instant; of two at the seam of two pieces, the later one. Beyond both ends: 0.
  double PerSecondAt(int64_t offset_ns) const;

  /// None of them is empty.
  const std::vector<Piece>& pieces() const { return pieces_; }
  /// The piece in which `m` is passed; pieces().size() for m >= total().
  size_t PieceOf(Measure m) const;

 private:
  void Add(int64_t duration_ns, Rate from, Rate to);

  std::vector<Piece> pieces_;
  int64_t duration_ns_ = 0;
};

}  // namespace wsload
