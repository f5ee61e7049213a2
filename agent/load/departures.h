// Which clients leave in order, and when: at the end of their session, or because a share of all is replaced every
// second.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "agent/load/client_pool.h"
#include "common/plan/run_plan.h"
#include "common/schedule/schedule.h"

namespace wsload {

/// One thread: the loop's. Costs nothing where the plan has neither sessions nor churn. Each replaced client is the one
/// that has been there longest of the worker's own; when one is replaced is a schedule over all agents.
class Departures {
 public:
  static constexpr int64_t kNever = Schedule::kNever;

  /// `plan` outlives it.
  explicit Departures(const RunPlan& plan);

  /// From then on; of those that are there already.
  void Start(int64_t start_ns, ClientPool& pool);
  /// The worker's share of the churn: as these clients are of all, from `from_ns` on. After Start().
  void AddChurn(const Progression& clients, int64_t from_ns);
  void Stop();

  /// A client has come, or is gone, or is on its way out.
  void OnCame(WebSocketClient& client, Seat& seat, int64_t now_ns);
  void OnGone(const Seat& seat);

  /// When the next one leaves; kNever.
  int64_t NextNs() const;
  /// Who leaves; null: nobody is there who could. OnGone() follows.
  WebSocketClient* Take();

 private:
  using Queue = std::map<std::pair<int64_t, int64_t>, WebSocketClient*>;

  const RunPlan& plan_;
  int64_t start_ns_ = kNever;
  Queue sessions_;  ///< by their end and client
  Queue by_age_;    ///< by when they came and client, where there is churn
  std::vector<Schedule::Cursor> churn_;
};

}  // namespace wsload
