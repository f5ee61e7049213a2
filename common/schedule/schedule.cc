#include "common/schedule/schedule.h"

#include <algorithm>
#include <utility>

#include "common/util/check.h"

namespace wsload {

Schedule::Schedule(RateProfile profile, Arrivals arrivals, uint64_t seed) {
  auto facts = std::make_shared<Facts>(Facts{std::move(profile), std::nullopt, 0});
  const Measure end = facts->profile.total();
  if (arrivals == Arrivals::kPoisson) {
    facts->points.emplace(seed, end);
    facts->total = facts->points->count();
  } else {
    facts->total = static_cast<int64_t>((end + kMeasurePerMessage - 1) / kMeasurePerMessage);
  }
  facts_ = std::move(facts);
}

int64_t Schedule::OffsetNs(int64_t i) const {
  if (i >= total()) return kNever;
  Measure measure = static_cast<Measure>(i) * kMeasurePerMessage;
  if (facts_->points.has_value()) measure = PoissonPoints::Cursor(*facts_->points).At(i);
  return facts_->profile.OffsetNs(measure);
}

int64_t Schedule::CountDueBefore(int64_t offset_ns) const {
  const Measure before = facts_->profile.Before(offset_ns);
  if (facts_->points.has_value()) return facts_->points->CountBefore(before);
  return static_cast<int64_t>((before + kMeasurePerMessage - 1) / kMeasurePerMessage);
}

Schedule::Cursor::Cursor(const Schedule& schedule, const Progression& share, int64_t position)
    : facts_(schedule.facts_),
      share_(share),
      position_(position),
      step_(static_cast<Measure>(share.stride) * kMeasurePerMessage) {
  if (facts_->points.has_value()) points_ = std::make_unique<PoissonPoints::Cursor>(*facts_->points);
  if (left() <= 0) return;
  measure_ = static_cast<Measure>(NextMessage()) * kMeasurePerMessage;
  Find();
}

void Schedule::Cursor::Find() {
  if (points_ != nullptr) measure_ = points_->At(NextMessage());
  const std::vector<RateProfile::Piece>& pieces = facts_->profile.pieces();
  if (measure_ >= even_end_) EnterPiece();
  const RateProfile::Piece& piece = pieces[piece_];
  const Measure in_piece = measure_ - piece.begin;
  due_ns_ = piece.offset_ns + (even_end_ != 0 ? EvenNs(in_piece) : piece.InverseNs(in_piece));
}

void Schedule::Cursor::EnterPiece() {
  const std::vector<RateProfile::Piece>& pieces = facts_->profile.pieces();
  while (piece_ < pieces.size() && measure_ >= pieces[piece_].end) ++piece_;
  WSLOAD_CHECK(piece_ < pieces.size(), "message {} of a schedule that ends before", NextMessage());
  const RateProfile::Piece& piece = pieces[piece_];
  even_end_ = piece.constant() ? piece.end : 0;
  if (even_end_ == 0) return;
  divisor_ = 2 * static_cast<uint64_t>(piece.from.units());
  ns_in_measure_ = 1 / static_cast<double>(divisor_);
  // Only used where two of them are in the piece; then it is no longer than that.
  step_ns_ = static_cast<int64_t>(std::min<Measure>(step_ / divisor_, kNever));
  step_rest_ = static_cast<uint64_t>(step_ % divisor_);
}

int64_t Schedule::Cursor::EvenNs(Measure in_piece) {
  // An estimate, and a whole number to correct it by: a division of 128 bits takes several times longer.
  // Halves of words, since numbers without a sign take longer to convert.
  const double estimate = static_cast<double>(static_cast<int64_t>(in_piece >> 64)) * 0x1p64 +
                          static_cast<double>(static_cast<int64_t>(static_cast<uint64_t>(in_piece) >> 1)) * 2;
  auto ns = static_cast<int64_t>(std::min(estimate * ns_in_measure_, 0x1p62));
  auto rest = static_cast<Int128>(in_piece) - static_cast<Int128>(ns) * divisor_;
  while (rest < 0) {
    rest += divisor_;
    --ns;
  }
  while (rest >= static_cast<Int128>(divisor_)) {
    rest -= divisor_;
    ++ns;
  }
  rest_ = static_cast<uint64_t>(rest);
  return ns;
}

double Schedule::Cursor::PerSecond() const {
  if (due_ns_ == kNever) return 0;
  const RateProfile::Piece& piece = facts_->profile.pieces()[piece_];
  return piece.PerSecondAt(due_ns_ - piece.offset_ns) / static_cast<double>(share_.stride);
}

void Schedule::Cursor::EndAt(int64_t count) {
  share_.count = std::min(share_.count, std::max(count, position_));
  if (position_ >= share_.count) due_ns_ = kNever;
}

}  // namespace wsload
