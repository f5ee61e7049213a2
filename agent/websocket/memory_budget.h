// What the connections of an agent may hold of messages on their way, all of
// them together: a server that stops reading, or ends no message, must not take the host's memory.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace wsload {

/// One for all loops of an agent. Any thread.
class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t bytes) : left_(bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// False, and nothing is taken: there is less.
  bool Take(int64_t bytes) {
    if (left_.fetch_sub(bytes, std::memory_order_relaxed) >= bytes) return true;
    Give(bytes);
    return false;
  }
  /// Also beyond what there is.
  void Force(int64_t bytes) { left_.fetch_sub(bytes, std::memory_order_relaxed); }
  void Give(int64_t bytes) { left_.fetch_add(bytes, std::memory_order_relaxed); }

  int64_t left() const { return left_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> left_;
};

/// One loop's part of the budget, taken in pieces: its connections come and go without a cache line that others write.
/// One thread.
class MemoryShare {
 public:
  /// Null: without a bound.
  explicit MemoryShare(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}
  ~MemoryShare() {
    if (budget_ != nullptr) budget_->Give(spare_);
  }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  bool Take(int64_t bytes) {
    if (budget_ == nullptr) return true;
    if (bytes > spare_) {
      const int64_t missing = bytes - spare_;
      if (budget_->Take(missing + kPiece)) {
        spare_ += missing + kPiece;
      } else if (budget_->Take(missing)) {
        spare_ += missing;
      } else {
        return false;
      }
    }
    spare_ -= bytes;
    return true;
  }

  /// Whether Take() would succeed now.
  bool Has(int64_t bytes) {
    if (!Take(bytes)) return false;
    Give(bytes);
    return true;
  }

  void Force(int64_t bytes) {
    if (budget_ == nullptr || Take(bytes)) return;
    budget_->Force(bytes);
  }

  void Give(int64_t bytes) {
    if (budget_ == nullptr) return;
    spare_ += bytes;
    if (spare_ <= 2 * kPiece) return;
    budget_->Give(spare_ - kPiece);
    spare_ = kPiece;
  }

 private:
  static constexpr int64_t kPiece = 256 << 10;

  const std::shared_ptr<MemoryBudget> budget_;
  int64_t spare_ = 0;
};

/// What one holder has of its loop's part. Holds nothing at first.
class HeldMemory {
 public:
  /// `share` outlives this.
  explicit HeldMemory(MemoryShare& share) : share_(share) {}
  ~HeldMemory() { share_.Give(bytes_); }
  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;

  /// False, and all stays as it is: there is no more.
  bool Resize(size_t bytes) {
    const auto wanted = static_cast<int64_t>(bytes);
    if (wanted <= bytes_) {
      share_.Give(bytes_ - wanted);
    } else if (!share_.Take(wanted - bytes_)) {
      return false;
    }
    bytes_ = wanted;
    return true;
  }

  /// Counted whether or not there is more: it is held already.
  void ForceTo(size_t bytes) {
    const auto wanted = static_cast<int64_t>(bytes);
    if (wanted > bytes_) {
      share_.Force(wanted - bytes_);
      bytes_ = wanted;
    } else {
      Resize(bytes);
    }
  }

 private:
  MemoryShare& share_;
  int64_t bytes_ = 0;
};

}  // namespace wsload
