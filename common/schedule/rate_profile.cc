#include "common/schedule/rate_profile.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "common/util/check.h"

namespace wsload {
namespace {

/// 192 bits.
struct Wide {
  Uint128 high = 0;
  uint64_t low = 0;
};

Wide Multiply(Uint128 a, uint64_t b) {
  const Uint128 low = static_cast<Uint128>(static_cast<uint64_t>(a)) * b;
  const Uint128 high = (a >> 64) * b + (low >> 64);
  return {high, static_cast<uint64_t>(low)};
}

bool AtMost(const Wide& a, const Wide& b) { return a.high != b.high ? a.high < b.high : a.low <= b.low; }

/// The quotient must fit.
Uint128 DivideUp(const Wide& a, uint64_t b) {
  const Uint128 quotient = a.high / b;
  const Uint128 rest = (a.high % b) << 64 | a.low;
  return (quotient << 64) + rest / b + (rest % b == 0 ? 0 : 1);
}

double ToDouble(Measure m) {
  return static_cast<double>(static_cast<uint64_t>(m >> 64)) * 0x1p64 + static_cast<double>(static_cast<uint64_t>(m));
}

/// With a rate going from a to b units in d ns, N(x) * d is x * LineSum(x).
Uint128 LineSum(const RateProfile::Piece& piece, int64_t x_ns) {
  const auto a = static_cast<Int128>(piece.from.units());
  const auto rise = static_cast<Int128>(piece.to.units()) - a;
  return static_cast<Uint128>(2 * a * piece.duration_ns + rise * x_ns);
}

/// How long it takes to be at `m` from a rate `a`, when in `d` ns the rate goes from there to b >= a. An estimate.
double RisingNs(double a, double b, double d, double m) {
  const double root = a + std::sqrt(a * a + (b - a) * m / d);
  return root == 0 ? 0 : m / root;
}

}  // namespace

bool RateProfile::Piece::ReachesAtMost(int64_t x_ns, Measure m) const {
  return AtMost(Multiply(LineSum(*this, x_ns), static_cast<uint64_t>(x_ns)),
                Multiply(m, static_cast<uint64_t>(duration_ns)));
}

int64_t RateProfile::Piece::InverseNs(Measure m) const {
  if (constant()) return static_cast<int64_t>(m / (2 * static_cast<uint64_t>(from.units())));
  // Estimated from the slower end, where that loses no digits; then exactly, by bracketing.
  const auto a = static_cast<double>(from.units());
  const auto b = static_cast<double>(to.units());
  const auto d = static_cast<double>(duration_ns);
  const double estimate = a < b ? RisingNs(a, b, d, ToDouble(m)) : d - RisingNs(b, a, d, ToDouble(end - begin - m));
  int64_t low_ns = 0;             // N there is at most m
  int64_t high_ns = duration_ns;  // and here more
  const auto guess_ns = std::min(static_cast<int64_t>(std::clamp(estimate, 0.0, 0x1p62)), duration_ns - 1);
  if (ReachesAtMost(guess_ns, m)) {
    low_ns = guess_ns;
    for (int64_t step_ns = 1; step_ns < high_ns - low_ns; step_ns *= 2) {
      if (!ReachesAtMost(low_ns + step_ns, m)) {
        high_ns = low_ns + step_ns;
        break;
      }
      low_ns += step_ns;
    }
  } else {
    high_ns = guess_ns;
    for (int64_t step_ns = 1; step_ns < high_ns - low_ns; step_ns *= 2) {
      if (ReachesAtMost(high_ns - step_ns, m)) {
        low_ns = high_ns - step_ns;
        break;
      }
      high_ns -= step_ns;
    }
  }
  while (high_ns - low_ns > 1) {
    const int64_t middle_ns = low_ns + (high_ns - low_ns) / 2;
    (ReachesAtMost(middle_ns, m) ? low_ns : high_ns) = middle_ns;
  }
  return low_ns;
}

double RateProfile::Piece::PerSecondAt(int64_t x_ns) const {
  const double part = static_cast<double>(x_ns) / static_cast<double>(duration_ns);
  return from.per_second() + (to.per_second() - from.per_second()) * part;
}

RateProfile::RateProfile(Rate rate, int64_t duration_ns) { Add(duration_ns, rate, rate); }

RateProfile::RateProfile(Rate first, std::span<const Stage> stages) {
  Rate before = first;
  for (const Stage& stage : stages) {
    Add(stage.duration_ns, stage.jump ? stage.to : before, stage.to);
    before = stage.to;
  }
}

void RateProfile::Add(int64_t duration_ns, Rate from, Rate to) {
  if (duration_ns <= 0) return;
  WSLOAD_CHECK(duration_ns <= kNever - duration_ns_, "a load of {} + {} ns", duration_ns_, duration_ns);
  const Measure begin = total();
  const auto sum = static_cast<Measure>(from.units()) + static_cast<Measure>(to.units());
  pieces_.push_back({duration_ns_, duration_ns, from, to, begin, begin + sum * static_cast<Measure>(duration_ns)});
  duration_ns_ += duration_ns;
}

Measure RateProfile::Before(int64_t offset_ns) const {
  if (offset_ns <= 0) return 0;
  if (offset_ns >= duration_ns_) return total();
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset_ns,
                                      [](int64_t offset, const Piece& piece) { return offset < piece.offset_ns; });
  const Piece& piece = *std::prev(after);
  const int64_t x_ns = offset_ns - piece.offset_ns;
  return piece.begin + DivideUp(Multiply(LineSum(piece, x_ns), static_cast<uint64_t>(x_ns)),
                                static_cast<uint64_t>(piece.duration_ns));
}

size_t RateProfile::PieceOf(Measure m) const {
  const auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), m,
                                      [](Measure measure, const Piece& other) { return measure < other.end; });
  return static_cast<size_t>(piece - pieces_.begin());
}

int64_t RateProfile::OffsetNs(Measure m) const {
  const size_t piece = PieceOf(m);
  if (piece == pieces_.size()) return kNever;
  return pieces_[piece].offset_ns + pieces_[piece].InverseNs(m - pieces_[piece].begin);
}

double RateProfile::PerSecondAt(int64_t offset_ns) const {
  if (offset_ns < 0 || offset_ns >= duration_ns_) return 0;
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset_ns,
                                      [](int64_t offset, const Piece& piece) { return offset < piece.offset_ns; });
  return std::prev(after)->PerSecondAt(offset_ns - std::prev(after)->offset_ns);
}

}  // namespace wsload
