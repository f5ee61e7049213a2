#include "controller/output/timeseries_csv.h"

#include <fmt/format.h>

#include <iterator>

#include "common/plan/phase.h"
#include "controller/result/verdict.h"

namespace wsload {

std::string TimeseriesCsv(const RunResult& result) {
  std::string out =
      "phase,interval,elapsed_s,agents_reporting,active_connections,connections_opened,connections_failed,"
      "connections_lost,scheduled,success,failed,unsent,timeout,rate_limited,connection_lost,send_error,refused,"
      "late_acks,pushes,bytes_sent,bytes_received,response_us_p50,response_us_p95,response_us_p99,response_us_max,"
      "service_us_p50,service_us_p99,send_lag_us_p99,loop_stalls,loop_stall_us_max,worker_cpu_share_max,"
      "worker_cpu_waited_share_max\r\n";
  for (const SeriesPoint& point : result.series) {
    const Counters& delta = point.delta;
    fmt::format_to(std::back_inserter(out), "{},{},{:.3f},{},{},{},{},{},", PhaseName(point.phase),
                   point.interval_index, point.elapsed_s, point.agents_reporting, point.active_connections,
                   delta.connections.opened, delta.connections.failed, delta.connections.lost);
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{},{},{},{},", delta.scheduled, delta.success,
                   delta.failed(), delta.unsent, delta.timeout, delta.rate_limited, delta.connection_lost,
                   delta.send_error, delta.refused, delta.late_acks, delta.pushes, delta.bytes_sent,
                   delta.bytes_received);
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{:.3f},{:.3f}\r\n", point.response_us_p50,
                   point.response_us_p95, point.response_us_p99, point.response_us_max, point.service_us_p50,
                   point.service_us_p99, point.send_lag_us_p99, point.delta.loop_stalls,
                   point.workers.loop_stall_us_max, point.workers.cpu_share_max, point.workers.waited_share_max);
  }
  return out;
}

}  // namespace wsload
