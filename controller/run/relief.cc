#include "controller/run/relief.h"

namespace wsload {

std::vector<int> Relief::Fed() const {
  std::vector<int> fed;
  for (int i = 0; i < count(); ++i) {
    if (Has(i) && slices_[i].clients.count + ledger_.ClientsTakenOver(i) > 0) fed.push_back(i);
  }
  return fed;
}

std::vector<int> Relief::Survivors() const {
  std::vector<int> survivors;
  for (int i = 0; i < count(); ++i) {
    if (Has(i)) survivors.push_back(i);
  }
  if (!survivors.empty()) return survivors;
  for (int i = 0; i < count(); ++i) {
    if (peers_[i]->active()) survivors.push_back(i);
  }
  return survivors;
}

void Relief::OnStarved(int agent, int64_t offset_ns) {
  starved_.insert(agent);
  Ask(agent, offset_ns);
}

void Relief::OnStart() {
  for (int i = 0; i < count(); ++i) {
    if (peers_[i]->active() && peers_[i]->connections_opened() == 0 && slices_[i].clients.count > 0) starved_.insert(i);
  }
  for (const int agent : starved_) Ask(agent, 0);
}

void Relief::Ask(int agent, int64_t offset_ns) {
  if (peers_[agent]->yielding() || !ledger_.OwnsFrom(agent, offset_ns) || Fed().empty()) return;
  slices_asked_for_[agent] = ledger_.Slices(agent);
  peers_[agent]->YieldFrom(offset_ns);
}

Relief::Yielded Relief::OnYielded(int agent, int64_t offset_ns) {
  Yielded yielded{.takers = Fed(), .parts = {}};
  yielded.taken_back = yielded.takers.empty();
  if (yielded.taken_back) yielded.takers.push_back(agent);
  yielded.parts = ledger_.Yield(agent, slices_asked_for_[agent], yielded.takers, offset_ns);
  return yielded;
}

}  // namespace wsload
