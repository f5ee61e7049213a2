#include "common/schedule/poisson_points.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "common/util/check.h"

namespace wsload {
namespace {

constexpr int64_t kMean = int64_t{1} << PoissonPoints::kBlockBits;
/// Ten standard deviations: what lies beyond is less likely than what 64 bits can draw.
constexpr int64_t kAround = 640;
/// From here on parts are halved in even numbers. Nothing gets here: a part is then 2^-28 of a message wide.
constexpr int kDeepest = 40;

/// SplitMix64: its numbers are Mix(seed + n * kStep).
constexpr uint64_t kStep = 0x9E37'79B9'7F4A'7C15;
uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
  return z ^ (z >> 31);
}

/// The processors that we build for may lack an instruction for it, and what stands in for that is a call.
int64_t CountBits(uint64_t bits) {
  bits -= bits >> 1 & 0x5555'5555'5555'5555;
  bits = (bits & 0x3333'3333'3333'3333) + (bits >> 2 & 0x3333'3333'3333'3333);
  bits = (bits + (bits >> 4)) & 0x0F0F'0F0F'0F0F'0F0F;
  return static_cast<int64_t>(bits * 0x0101'0101'0101'0101 >> 56);
}

/// The Poisson distribution of mean kMean, for a draw of 64 even bits.
class CountTable {
 public:
  CountTable() {
    // Weights from the mode outwards, as whole numbers; each has more digits than the sum keeps.
    std::array<Uint128, kSize> weights;
    weights[kAround] = Uint128{1} << 113;
    for (size_t i = kAround + 1; i < kSize; ++i)
      weights[i] = (weights[i - 1] << PoissonPoints::kBlockBits) / CountAt(i);
    for (size_t i = kAround; i > 0; --i) weights[i - 1] = (weights[i] * CountAt(i)) >> PoissonPoints::kBlockBits;
    Uint128 sum = 0;
    for (const Uint128 weight : weights) sum += weight;
    Uint128 below = 0;
    constexpr Uint128 kMost = std::numeric_limits<uint64_t>::max();
    for (size_t i = 0; i < kSize; ++i) {
      below += weights[i];
      below_[i] = static_cast<uint64_t>(std::min(kMost, below / (sum >> 64)));
    }
    size_t i = 0;
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
      while (i + 1 < kSize && below_[i] <= bucket << kShift) ++i;
      guide_[bucket] = static_cast<uint16_t>(i);
    }
  }

  /// The fewest whose share of all chances, with those of fewer ones, is more than `chance` of 2^64.
  int64_t Draw(uint64_t chance) const {
    size_t i = guide_[chance >> kShift];
    while (i + 1 < kSize && below_[i] <= chance) ++i;
    return static_cast<int64_t>(CountAt(i));
  }

 private:
  static constexpr size_t kSize = 2 * kAround + 1;
  static constexpr int kGuideBits = 12;
  static constexpr size_t kBuckets = 1 << kGuideBits;
  static constexpr int kShift = 64 - kGuideBits;

  static constexpr uint64_t CountAt(size_t i) { return i + static_cast<uint64_t>(kMean - kAround); }

  std::array<uint64_t, kSize> below_;
  std::array<uint16_t, kBuckets> guide_;
};

const CountTable& Counts() {
  static const CountTable table;
  return table;
}

/// How many of the part's points are in its first half.
int64_t CountInFirstHalf(uint64_t block_key, uint64_t node, int64_t count) {
  if (PoissonPoints::DepthOf(node) >= kDeepest) return count / 2;
  const uint64_t first = Mix(block_key + node * kStep);
  int64_t heads = 0;
  int64_t tosses = count;
  uint64_t bits = first;
  for (uint64_t word = 1; tosses > 64; ++word, tosses -= 64) {
    heads += CountBits(bits);
    bits = Mix(first + word * kStep);
  }
  return heads + CountBits(bits >> (64 - tosses));
}

/// The key of the draws within a block's leaves; their numbers meet none of the halvings'.
uint64_t LeafKeyOf(uint64_t block_key) { return Mix(~block_key); }

/// A sorting network, without branches that nobody can predict (Knuth, The Art of Computer Programming 3, 5.3.4).
void Sort(PoissonPoints::Leaf& leaf) {
  static_assert(PoissonPoints::kMostInLeaf == 8);
  const auto order = [&leaf](size_t i, size_t j) {
    const uint32_t a = leaf[i];
    const uint32_t b = leaf[j];
    leaf[i] = a < b ? a : b;
    leaf[j] = a < b ? b : a;
  };
  order(0, 2), order(1, 3), order(4, 6), order(5, 7);
  order(0, 4), order(1, 5), order(2, 6), order(3, 7);
  order(0, 1), order(2, 3), order(4, 5), order(6, 7);
  order(2, 4), order(3, 5);
  order(1, 4), order(3, 6);
  order(1, 2), order(3, 4), order(5, 6);
}

/// The points of a part, as fractions of 2^32 of it, in order; those that there are not come last.
void DrawLeaf(uint64_t leaf_key, uint64_t node, int64_t count, PoissonPoints::Leaf& leaf) {
  for (size_t i = 0; i < leaf.size(); i += 2) {
    const uint64_t two = Mix(leaf_key + (node * leaf.size() + i) * kStep);
    // Without a branch, as above.
    const auto none = [count](size_t place) { return 0 - static_cast<uint32_t>(static_cast<int64_t>(place) >= count); };
    leaf[i] = static_cast<uint32_t>(two) | none(i);
    leaf[i + 1] = static_cast<uint32_t>(two >> 32) | none(i + 1);
  }
  Sort(leaf);
}

}  // namespace

PoissonPoints::PoissonPoints(uint64_t seed, Measure end) : key_(Mix(seed + kStep)) {
  WSLOAD_CHECK(end / kMeasurePerMessage <= static_cast<Measure>(kMostExpected), "a Poisson process of {} points",
               static_cast<double>(end) / static_cast<double>(kMeasurePerMessage));
  const auto blocks = static_cast<int64_t>((end >> kBlockBits) / kMeasurePerMessage) + 1;
  int64_t first = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    if (block % kBlocksApart == 0) firsts_.push_back(first);
    first += CountIn(block);
  }
  count_ = CountBefore(end);
}

uint64_t PoissonPoints::KeyOf(int64_t block) const { return Mix(key_ + static_cast<uint64_t>(block) * kStep); }

int64_t PoissonPoints::CountIn(int64_t block) const { return Counts().Draw(Mix(KeyOf(block))); }

int64_t PoissonPoints::FirstOf(int64_t block) const {
  int64_t first = firsts_[static_cast<size_t>(block / kBlocksApart)];
  for (int64_t before = block - block % kBlocksApart; before < block; ++before) first += CountIn(before);
  return first;
}

int64_t PoissonPoints::CountBefore(Measure m) const {
  const auto block = static_cast<int64_t>((m >> kBlockBits) / kMeasurePerMessage);
  const Measure rest = m - (static_cast<Measure>(block) * kMeasurePerMessage << kBlockBits);
  // The least fraction that is at `rest` or beyond: 2^64 where none is.
  const Uint128 limit = ((rest << (64 - kBlockBits)) + kMeasurePerMessage - 1) / kMeasurePerMessage;
  const uint64_t key = KeyOf(block);
  int64_t before = FirstOf(block);
  uint64_t node = 1;
  int64_t count = CountIn(block);
  while (count > kMostInLeaf) {
    const int64_t in_first = CountInFirstHalf(key, node, count);
    const Uint128 middle = Uint128{2 * node + 1} << (64 - DepthOf(2 * node + 1)) & std::numeric_limits<uint64_t>::max();
    const bool beyond = limit >= middle;
    before += beyond ? in_first : 0;
    count = beyond ? count - in_first : in_first;
    node = 2 * node + (beyond ? 1 : 0);
  }
  Leaf leaf;
  DrawLeaf(LeafKeyOf(key), node, count, leaf);
  const PlaceOfLeaf place(node);
  return before +
         std::count_if(leaf.begin(), leaf.begin() + count, [&](uint32_t point) { return place.At(point) < limit; });
}

void PoissonPoints::Cursor::EnterBlock(int64_t block, int64_t first) {
  block_ = block;
  key_ = points_->KeyOf(block);
  leaf_key_ = LeafKeyOf(key_);
  block_begin_ = static_cast<Measure>(block) * kMeasurePerMessage << kBlockBits;
  const int64_t count = Counts().Draw(Mix(key_));
  next_ = first;
  block_end_ = first + count;
  parts_[0] = {1, count};
  depth_ = 1;
}

void PoissonPoints::Cursor::Descend(int64_t index) {
  if (index >= block_end_) {
    const std::vector<int64_t>& firsts = points_->firsts_;
    const auto kept = std::upper_bound(firsts.begin() + (block_ + 1) / kBlocksApart, firsts.end(), index);
    const int64_t nearest = (kept - firsts.begin() - 1) * kBlocksApart;
    if (nearest > block_) EnterBlock(nearest, firsts[static_cast<size_t>(nearest / kBlocksApart)]);
    while (index >= block_end_) EnterBlock(block_ + 1, block_end_);
  }
  while (true) {
    const Part part = parts_[--depth_];
    if (next_ + part.count <= index) {
      next_ += part.count;
    } else if (part.count > kMostInLeaf) {
      const int64_t in_first = CountInFirstHalf(key_, part.node, part.count);
      parts_[depth_++] = {2 * part.node + 1, part.count - in_first};
      parts_[depth_++] = {2 * part.node, in_first};
    } else {
      DrawLeaf(leaf_key_, part.node, part.count, leaf_);
      leaf_place_ = PlaceOfLeaf(part.node);
      leaf_first_ = next_;
      leaf_count_ = part.count;
      next_ += part.count;
      return;
    }
  }
}

}  // namespace wsload
