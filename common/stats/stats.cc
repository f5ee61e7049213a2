#include "common/stats/stats.h"

namespace wsload {

void Stats::Merge(const Stats& other) {
  counters.Merge(other.counters);
  response.Merge(other.response);
  service.Merge(other.service);
  connect.Merge(other.connect);
  send_lag.Merge(other.send_lag);
  push.Merge(other.push);
  loop_stall.Merge(other.loop_stall);
}

void Stats::ReserveBuckets() {
  response.ReserveBuckets();
  service.ReserveBuckets();
  connect.ReserveBuckets();
  send_lag.ReserveBuckets();
  push.ReserveBuckets();
  loop_stall.ReserveBuckets();
}

void Stats::Clear() {
  counters = Counters{};
  response.Clear();
  service.Clear();
  connect.Clear();
  send_lag.Clear();
  push.Clear();
  loop_stall.Clear();
}

}  // namespace wsload
