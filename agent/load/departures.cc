#include "agent/load/departures.h"

#include <algorithm>

#include "common/lives/lot.h"

namespace wsload {
namespace {

uint64_t LotOf(const RunPlan& plan, LotFor purpose, const Seat& seat) {
  return DrawLot(plan.seed, purpose, seat.client, seat.generation);
}

}  // namespace

Departures::Departures(const RunPlan& plan) : plan_(plan) {}

void Departures::Start(int64_t start_ns, ClientPool& pool) {
  start_ns_ = start_ns;
  if (plan_.session.endless()) return;
  for (size_t slot = 0; slot < pool.ready(); ++slot) {
    WebSocketClient& client = pool.At(slot);
    Seat& seat = pool.SeatOf(client);
    // As if clients had come and gone for ever: else those of one age would leave together.
    seat.leaves_ns = start_ns + plan_.session.DrawRestNs(LotOf(plan_, LotFor::kRestOfLife, seat),
                                                         LotOf(plan_, LotFor::kLifetime, seat));
    sessions_.emplace(std::pair(seat.leaves_ns, seat.client), &client);
  }
}

void Departures::AddChurn(const Progression& clients, int64_t from_ns) {
  if (plan_.churn.zero() || clients.count == 0) return;
  const Schedule churn(RateProfile(plan_.churn, LoadNs(plan_)));
  // Replacement k is the client's own whose number is k, by turns; which client goes is the worker's choice.
  const int64_t stride = std::min(clients.stride, plan_.clients);
  if (clients.first >= churn.total()) return;
  const Progression share{clients.first, stride, (churn.total() - clients.first - 1) / stride + 1};
  churn_.emplace_back(churn, share, churn.CountDueBefore(share, from_ns - start_ns_));
}

void Departures::Stop() {
  sessions_.clear();
  by_age_.clear();
  churn_.clear();
  start_ns_ = kNever;
}

void Departures::OnCame(WebSocketClient& client, Seat& seat, int64_t now_ns) {
  if (!plan_.churn.zero()) {
    seat.came_ns = now_ns;
    by_age_.emplace(std::pair(now_ns, seat.client), &client);
  }
  if (plan_.session.endless() || start_ns_ == kNever) return;
  seat.leaves_ns = std::max(now_ns, start_ns_) + plan_.session.DrawNs(LotOf(plan_, LotFor::kLifetime, seat));
  sessions_.emplace(std::pair(seat.leaves_ns, seat.client), &client);
}

void Departures::OnGone(const Seat& seat) {
  if (!plan_.session.endless()) sessions_.erase({seat.leaves_ns, seat.client});
  if (!plan_.churn.zero()) by_age_.erase({seat.came_ns, seat.client});
}

int64_t Departures::NextNs() const {
  int64_t next_ns = sessions_.empty() ? kNever : sessions_.begin()->first.first;
  for (const Schedule::Cursor& cursor : churn_) {
    if (cursor.NextDueNs() != kNever) next_ns = std::min(next_ns, start_ns_ + cursor.NextDueNs());
  }
  return next_ns;
}

WebSocketClient* Departures::Take() {
  const int64_t next_ns = NextNs();
  if (!sessions_.empty() && sessions_.begin()->first.first == next_ns) return sessions_.begin()->second;
  for (Schedule::Cursor& cursor : churn_) {
    if (cursor.NextDueNs() == kNever || start_ns_ + cursor.NextDueNs() != next_ns) continue;
    cursor.Take();
    return by_age_.empty() ? nullptr : by_age_.begin()->second;
  }
  return nullptr;
}

}  // namespace wsload
