// The keys of the last minutes, in bounded memory: what de-duplication goes by.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace wsload::gateway {

/// Two generations: a key is looked for in both and written to the current one, which becomes the previous one when it
/// is `generation_ns` old or full. A key is thus known for one to two generations. Keys are told apart by 64-bit
/// hashes.
class KeyMemory {
 public:
  static constexpr size_t kDefaultCapacity = size_t{1} << 21;

  /// `capacity`: keys per generation, a power of two.
  explicit KeyMemory(int64_t generation_ns, size_t capacity = kDefaultCapacity);

  /// True: `key` of `biz_id` is new, and known from now on.
  bool Insert(int64_t biz_id, std::string_view key, int64_t now_ns);

 private:
  struct Free {
    void operator()(uint64_t* table) const { std::free(table); }
  };
  // Open addressing at no more than half load, never rehashed: no insertion pays for the others. Untouched pages cost
  // nothing.
  using Table = std::unique_ptr<uint64_t[], Free>;

  Table NewTable() const;
  /// The place of `hash`, or the empty one where it belongs.
  uint64_t& Find(const Table& table, uint64_t hash) const;

  int64_t generation_ns_;
  size_t capacity_;
  Table current_;
  Table previous_;
  size_t current_size_ = 0;
  int64_t current_since_ns_ = 0;
};

}  // namespace wsload::gateway
