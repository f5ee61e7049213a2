// The points of a Poisson process of unit rate: fixed by a seed, and found without walking there from the first.
#pragma once

#include <array>
#include <bit>
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
  static constexpr int64_t kMostInLeaf = 8;

  /// Those before `end`, at most kMostExpected of them expected. Takes some ns for every block.
  PoissonPoints(uint64_t seed, Measure end);
  static constexpr int64_t kMostExpected = 100'000'000'000;

  int64_t count() const { return count_; }
  /// How many are before `m` <= end.
  int64_t CountBefore(Measure m) const;

  /// The points of a part without halves, from its beginning, as fractions of 2^32 of it.
  using Leaf = std::array<uint32_t, kMostInLeaf>;
  /// How often the block was halved to get to a part: a heap's number (1: the whole; 2n and 2n + 1: the halves of n).
  static int DepthOf(uint64_t node) { return static_cast<int>(std::bit_width(node)) - 1; }

  /// Where a part is, and what is in it; fractions of 2^64 of the block.
  class PlaceOfLeaf {
   public:
    /// None of the whole block.
    explicit PlaceOfLeaf(uint64_t node) : depth_(DepthOf(node)), begin_(node << (64 - depth_)) {}
    uint64_t At(uint32_t point) const { return begin_ | (static_cast<uint64_t>(point) << 32) >> depth_; }

   private:
    int depth_;
    uint64_t begin_;  ///< the topmost bit, which every node has, falls away
  };

  /// Finds points whose numbers never go back. Allocates nothing. Used before the points end.
  class Cursor {
   public:
    explicit Cursor(const PoissonPoints& points) : points_(&points) {}
    /// Of point `index` < count(), no smaller than the one before.
    Measure At(int64_t index) {
      if (index - leaf_first_ >= leaf_count_) Descend(index);
      return block_begin_ + InBlock(leaf_place_.At(leaf_[static_cast<size_t>(index - leaf_first_)]));
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
    uint64_t key_ = 0;
    uint64_t leaf_key_ = 0;
    Measure block_begin_ = 0;
    int64_t block_end_ = 0;       ///< number of the first point after it
    int64_t next_ = 0;            ///< number of the first point of the part on top
    std::array<Part, 64> parts_;  ///< what is left of the block, the next one on top
    size_t depth_ = 0;
    PlaceOfLeaf leaf_place_{2};
    int64_t leaf_first_ = 0;
    int64_t leaf_count_ = 0;
    Leaf leaf_;
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
