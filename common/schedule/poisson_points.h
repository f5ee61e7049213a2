// The points of a Poisson process of unit rate: fixed by a seed, and found without walking there from the first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/schedule/measure.h"

namespace wsload {

/// Point i is where the i-th event of the process is, as a measure. The line is cut into blocks kBlock wide; how many
/// points a block has is drawn from the Poisson distribution of that mean. Within a block the half to which a point
/// belongs is the toss of a coin, and so on into halves of halves, until a part has but a few, which are drawn evenly
/// over it. Every draw is a hash of seed, block and part: whoever wants every thousandth point only looks into the
/// parts where these are. Whole numbers throughout: every processor finds the same points. Immutable.
class PoissonPoints {
 public:
  /// Messages expected in a block.
  static constexpr int kBlockBits = 12;
  /// Parts with no more points are not halved.
  static constexpr int64_t kMostInLeaf = 16;

  /// Those before `end`, at most kMostExpected of them expected. Takes some ns for every block.
  PoissonPoints(uint64_t seed, Measure end);
  static constexpr int64_t kMostExpected = 100'000'000'000;

  int64_t count() const { return count_; }
  /// How many are before `m` <= end.
  int64_t CountBefore(Measure m) const;

  /// Finds points whose numbers never go back. Allocates nothing. Used before the points end.
  class Cursor {
   public:
    explicit Cursor(const PoissonPoints& points) : points_(&points) {}
    /// Of point `index` < count(), no smaller than the one before.
    Measure At(int64_t index) {
      if (index - leaf_first_ >= leaf_count_) Descend(index);
      return block_begin_ + InBlock(leaf_[static_cast<size_t>(index - leaf_first_)]);
    }

   private:
    /// A part of the block that was not looked into: a heap's number (1: the whole; 2n and 2n + 1: the halves of n),
    /// and how many points are in it.
    struct Part {
      uint64_t node;
      int64_t count;
    };
    void Descend(int64_t index);
    void EnterBlock(int64_t block, int64_t first);

    const PoissonPoints* points_;
    int64_t block_ = -1;
    Measure block_begin_ = 0;
    int64_t block_end_ = 0;       ///< number of the first point after it
    int64_t next_ = 0;            ///< number of the first point of the part on top
    std::array<Part, 64> parts_;  ///< what is left of the block, the next one on top
    size_t depth_ = 0;
    int64_t leaf_first_ = 0;
    int64_t leaf_count_ = 0;
    std::array<uint64_t, kMostInLeaf> leaf_;
  };

 private:
  /// Between two blocks whose first points' numbers are kept.
  static constexpr int64_t kBlocksApart = 256;

  /// What lies `fraction` of 2^64 into a block.
  static Measure InBlock(uint64_t fraction) {
    return static_cast<Measure>(fraction) * kMeasurePerMessage >> (64 - kBlockBits);
  }
  uint64_t KeyOf(int64_t block) const;
  int64_t CountIn(int64_t block) const;
  /// How many points are before the block.
  int64_t FirstOf(int64_t block) const;

  uint64_t key_;
  std::vector<int64_t> firsts_;  ///< of every kBlocksApart-th block
  int64_t count_ = 0;
};

}  // namespace wsload
