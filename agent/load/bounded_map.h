// A hash map of small values with a bound, whose memory is taken beforehand: what is looked up with every message.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wsload {

/// `Key` has `uint64_t Hash() const` and ==; nothing is ever taken out. One thread.
template <typename Key, typename Value>
class BoundedMap {
 public:
  /// Room for so many. Keeps what is there; takes time in proportion to it.
  void Reserve(size_t most) {
    if (most <= most_) return;
    most_ = most;
    // A third of the places stay empty, so that looking ends soon.
    std::vector<Place> places(std::bit_ceil(most + most / 2 + 1));
    places_.swap(places);
    for (const Place& place : places) {
      if (place.used) PlaceOf(place.key) = place;
    }
  }

  /// What `key` has; made where there is none yet. Null: there is no room for it.
  Value* Find(const Key& key) {
    if (places_.empty()) return nullptr;
    Place& place = PlaceOf(key);
    if (place.used) return &place.value;
    if (size_ == most_) return nullptr;
    ++size_;
    place.key = key;
    place.used = true;
    return &place.value;
  }

  size_t size() const { return size_; }

  /// The most that Reserve() takes for one.
  static constexpr size_t kMostBytesEach = 3 * (sizeof(Key) + sizeof(Value) + 4);

 private:
  struct Place {
    Key key{};
    bool used = false;
    Value value{};
  };
  static_assert(sizeof(Place) <= sizeof(Key) + sizeof(Value) + 4);

  /// That of `key`, or the empty one where it would be.
  Place& PlaceOf(const Key& key) {
    const size_t mask = places_.size() - 1;
    size_t at = static_cast<size_t>(key.Hash()) & mask;
    while (places_[at].used && !(places_[at].key == key)) at = (at + 1) & mask;
    return places_[at];
  }

  std::vector<Place> places_;
  size_t size_ = 0;
  size_t most_ = 0;
};

}  // namespace wsload
