#include "tests/gateway/key_memory.h"

#include <functional>
#include <new>
#include <utility>

namespace wsload::gateway {

KeyMemory::KeyMemory(int64_t generation_ns, size_t capacity) : generation_ns_(generation_ns), capacity_(capacity) {}

KeyMemory::Table KeyMemory::NewTable() const {
  Table table(static_cast<uint64_t*>(std::calloc(capacity_ * 2, sizeof(uint64_t))));
  if (table == nullptr) throw std::bad_alloc();
  return table;
}

uint64_t& KeyMemory::Find(const Table& table, uint64_t hash) const {
  const size_t mask = capacity_ * 2 - 1;
  size_t at = hash & mask;
  while (table[at] != 0 && table[at] != hash) at = (at + 1) & mask;
  return table[at];
}

bool KeyMemory::Insert(int64_t biz_id, std::string_view key, int64_t now_ns) {
  uint64_t hash = std::hash<std::string_view>()(key) ^ static_cast<uint64_t>(biz_id) * 0x9E3779B97F4A7C15u;
  if (hash == 0) hash = 1;  // 0 marks an empty place
  const int64_t age_ns = now_ns - current_since_ns_;
  if (age_ns >= 2 * generation_ns_) {
    current_.reset();
    previous_.reset();
    current_size_ = 0;
  } else if (age_ns >= generation_ns_ || current_size_ == capacity_) {
    previous_ = std::move(current_);
    current_size_ = 0;
  }
  if (current_ == nullptr) {
    current_ = NewTable();
    current_since_ns_ = now_ns;
  }
  uint64_t& place = Find(current_, hash);
  if (place == hash) return false;
  if (previous_ != nullptr && Find(previous_, hash) == hash) return false;
  place = hash;
  ++current_size_;
  return true;
}

}  // namespace wsload::gateway
