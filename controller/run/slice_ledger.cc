#include "controller/run/slice_ledger.h"

#include <algorithm>
#include <iterator>

#include "common/util/check.h"

namespace wsload {

SliceLedger::SliceLedger(const RunPlan& plan, std::vector<Slice> slices)
    : schedule_(ScheduleOf(plan)), agents_(slices.size()) {
  for (size_t i = 0; i < slices.size(); ++i) agents_[i].owned.push_back({slices[i], 0});
}

std::vector<SliceLedger::HandedOver> SliceLedger::HandOver(int lost, const std::vector<int>& survivors,
                                                           int64_t offset_ns) {
  WSLOAD_CHECK(0 <= lost && lost < std::ssize(agents_), "agent {} of {} is lost", lost, agents_.size());
  WSLOAD_CHECK(HandedOverAt(lost) == kNever, "agent {} is lost twice", lost);
  WSLOAD_CHECK(!survivors.empty(), "nobody is left to take agent {}'s load over", lost);
  for (const int survivor : survivors) {
    WSLOAD_CHECK(
        0 <= survivor && survivor < std::ssize(agents_) && HandedOverAt(survivor) == kNever && survivor != lost,
        "agent {} is to take agent {}'s load over, and is lost itself", survivor, lost);
  }
  agents_[lost].until_ns = offset_ns;
  std::vector<HandedOver> handed_over;
  size_t next = 0;
  for (const Owned& owned : agents_[lost].owned) {
    const int64_t from_ns = std::max(offset_ns, owned.from_ns);
    const std::vector<Slice> parts = Divide(owned.slice, static_cast<int>(survivors.size()));
    // Beginning where the one before ended, so that many small ones do not all go to the first survivor.
    size_t dealt = 0;
    for (size_t part = 0; part < parts.size(); ++part) {
      if (parts[part].clients.count == 0 && parts[part].messages.count == 0) continue;
      Give(survivors[(next + part) % survivors.size()], parts[part], from_ns, handed_over);
      ++dealt;
    }
    next += dealt;
  }
  return handed_over;
}

void SliceLedger::Give(int agent, const Slice& slice, int64_t from_ns, std::vector<HandedOver>& handed_over) {
  agents_[agent].owned.push_back({slice, from_ns});
  agents_[agent].taken_over += Count(agents_[agent].owned.back(), kNever);
  handed_over.push_back({agent, slice, from_ns});
}

bool SliceLedger::OwnsFrom(int agent, int64_t offset_ns) const {
  const Agent& owner = agents_[agent];
  return std::any_of(owner.owned.begin(), owner.owned.end(), [&](const Owned& owned) {
    return Count(owned, owner.until_ns) > Count(owned, std::min(offset_ns, owner.until_ns));
  });
}

std::vector<SliceLedger::HandedOver> SliceLedger::Yield(int agent, size_t slices, const std::vector<int>& takers,
                                                        int64_t offset_ns) {
  WSLOAD_CHECK(HandedOverAt(agent) == kNever, "agent {} yields its messages, and is lost", agent);
  WSLOAD_CHECK(slices <= Slices(agent), "agent {} yields {} slices of {}", agent, slices, Slices(agent));
  WSLOAD_CHECK(!takers.empty(), "nobody is there to take agent {}'s messages", agent);
  const bool takes_back = takers.size() == 1 && takers[0] == agent;
  std::vector<HandedOver> handed_over;
  size_t next = 0;
  for (size_t i = 0; i < slices; ++i) {
    const Owned owned = agents_[agent].owned[i];
    const int64_t from_ns = std::max(offset_ns, owned.from_ns);
    const int64_t messages = Count(owned, kNever) - Count(owned, from_ns);
    if (messages == 0) continue;
    Slice rest = owned.slice;
    rest.clients = {};
    if (takes_back) {
      handed_over.push_back({agent, rest, from_ns});
      continue;
    }
    agents_[agent].owned[i].slice.messages.count = schedule_.CountDueBefore(rest.messages, from_ns);
    agents_[agent].yielded += messages;
    for (const Slice& part : Divide(rest, static_cast<int>(takers.size()))) {
      const int taker = takers[next++ % takers.size()];
      WSLOAD_CHECK(taker != agent && HandedOverAt(taker) == kNever, "agent {} cannot take agent {}'s messages", taker,
                   agent);
      if (part.messages.count > 0) Give(taker, part, from_ns, handed_over);
    }
  }
  return handed_over;
}

int64_t SliceLedger::Count(const Owned& owned, int64_t until_ns) const {
  if (until_ns <= owned.from_ns) return 0;
  const int64_t due = schedule_.CountDueBefore(owned.slice.messages, until_ns);
  return due - schedule_.CountDueBefore(owned.slice.messages, owned.from_ns);
}

int64_t SliceLedger::DueBefore(int agent, int64_t offset_ns) const {
  const int64_t until_ns = std::min(offset_ns, agents_[agent].until_ns);
  int64_t due = 0;
  for (const Owned& owned : agents_[agent].owned) due += Count(owned, until_ns);
  return due;
}

int64_t SliceLedger::DueAt(int agent, int64_t messages, int64_t limit_ns) const {
  int64_t low_ns = std::min<int64_t>(0, limit_ns);
  int64_t high_ns = limit_ns;
  while (low_ns < high_ns) {
    const int64_t middle_ns = low_ns + (high_ns - low_ns) / 2;
    // The message at `middle_ns` itself is not before it.
    if (DueBefore(agent, middle_ns + 1) > messages) {
      high_ns = middle_ns;
    } else {
      low_ns = middle_ns + 1;
    }
  }
  return low_ns;
}

int64_t SliceLedger::MessagesTakenOver(int agent) const { return agents_[agent].taken_over; }

int64_t SliceLedger::ClientsTakenOver(int agent) const {
  const std::vector<Owned>& owned = agents_[agent].owned;
  int64_t clients = 0;
  for (size_t i = 1; i < owned.size(); ++i) clients += owned[i].slice.clients.count;
  return clients;
}

}  // namespace wsload
