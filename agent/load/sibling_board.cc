#include "agent/load/sibling_board.h"

#include <utility>

namespace wsload {

void SiblingBoard::Join(int index, EventLoop& loop, HandOverReceiver& receiver) {
  Place& place = places_[static_cast<size_t>(index)];
  place.loop = &loop;
  place.receiver = &receiver;
  place.credits.resize(places_.size());
}

int64_t SiblingBoard::TotalOpen() const {
  int64_t open = 0;
  for (const Place& place : places_) open += place.open.load();
  return open;
}

bool SiblingBoard::MayHandOver(int index) const {
  for (size_t i = 0; i < places_.size(); ++i) {
    if (i != static_cast<size_t>(index) && places_[i].sending.load() && places_[i].open.load() == 0) return true;
  }
  // After the look at the siblings: one that has stopped sending has posted before.
  return OnTheWay(index) > 0;
}

void SiblingBoard::StopReceiving(int index) { places_[static_cast<size_t>(index)].gate.fetch_or(kShut); }

bool SiblingBoard::Post(Place& to, std::vector<DueMessage> messages, int hops) {
  int64_t gate = to.gate.load();
  do {
    if ((gate & kShut) != 0) return false;
  } while (!to.gate.compare_exchange_weak(gate, gate + kPost));
  to.loop->Post([&to, messages = std::move(messages), hops]() mutable {
    to.gate.fetch_sub(kPost);
    to.receiver->OnHandedOver(std::move(messages), hops);
  });
  return true;
}

std::vector<DueMessage> SiblingBoard::HandOver(int index, std::vector<DueMessage> messages, int hops) {
  const auto self = static_cast<size_t>(index);
  std::vector<int64_t> open(places_.size());
  int64_t total = 0;
  for (size_t i = 0; i < places_.size(); ++i) {
    open[i] = i == self ? 0 : places_[i].open.load();
    total += open[i];
  }
  if (total == 0) return messages;
  // Each gets its part evenly mixed with the others', also over many calls: who is owed most is next.
  std::vector<int64_t>& credits = places_[self].credits;
  std::vector<std::vector<DueMessage>> parts(places_.size());
  for (const DueMessage& due : messages) {
    size_t next = places_.size();
    for (size_t i = 0; i < places_.size(); ++i) {
      credits[i] = open[i] == 0 ? 0 : credits[i] + open[i];
      if (open[i] > 0 && (next == places_.size() || credits[i] > credits[next])) next = i;
    }
    credits[next] -= total;
    parts[next].push_back(due);
  }
  std::vector<DueMessage> left;
  for (size_t i = 0; i < places_.size(); ++i) {
    if (parts[i].empty() || Post(places_[i], parts[i], hops)) continue;
    left.insert(left.end(), parts[i].begin(), parts[i].end());
  }
  return left;
}

}  // namespace wsload
