#include "common/stats/stats_proto.h"

#include <array>
#include <utility>
#include <vector>

#include "common/util/status.h"

namespace wsload {
namespace {

// Beyond this, no honest run counts; below it, sums of many reports do not overflow.
constexpr int64_t kMaxWireCount = int64_t{1} << 53;

// Which field of one side belongs to which of the other: the one list both directions go by.
struct CounterField {
  const char* name;
  int64_t Counters::*field;
  int64_t (v1::Counters::*get)() const;
  void (v1::Counters::*set)(int64_t);
};
#define WSLOAD_FIELD(name) \
  CounterField { #name, &Counters::name, &v1::Counters::name, &v1::Counters::set_##name }
constexpr std::array kCounterFields = {
    WSLOAD_FIELD(scheduled),      WSLOAD_FIELD(success),         WSLOAD_FIELD(timeout),
    WSLOAD_FIELD(rate_limited),   WSLOAD_FIELD(connection_lost), WSLOAD_FIELD(send_error),
    WSLOAD_FIELD(refused),        WSLOAD_FIELD(unsent),          WSLOAD_FIELD(late_acks),
    WSLOAD_FIELD(duplicate_acks), WSLOAD_FIELD(heartbeats_sent), WSLOAD_FIELD(heartbeats_acked),
    WSLOAD_FIELD(pushes),         WSLOAD_FIELD(redirects),       WSLOAD_FIELD(undecodable),
    WSLOAD_FIELD(bytes_sent),     WSLOAD_FIELD(bytes_received),  WSLOAD_FIELD(loop_stalls),
};
#undef WSLOAD_FIELD

absl::Status CheckCount(std::string_view name, int64_t value) {
  if (value < 0 || value > kMaxWireCount) return InvalidArgument("counter {}: {} is no count", name, value);
  return absl::OkStatus();
}

using ProtoCauses = google::protobuf::Map<std::string, int64_t>;

absl::StatusOr<CauseCounts> CausesFromProto(std::string_view name, const ProtoCauses& proto, int64_t sum) {
  if (proto.size() > kMaxNamedCauses + 1) return InvalidArgument("{}: {} causes are too many", name, proto.size());
  CauseCounts causes;
  int64_t total = 0;
  for (const auto& [cause, count] : proto) {
    if (!IsCauseName(cause)) return InvalidArgument("{}: a cause that is no name", name);
    if (count <= 0 || count > kMaxWireCount) return InvalidArgument("{}: {} is no count", name, count);
    causes.emplace(cause, count);
    total += count;
  }
  if (total != sum) return InvalidArgument("{}: the causes add up to {}, not {}", name, total, sum);
  if (causes.size() - causes.count(kOtherCause) > kMaxNamedCauses) {
    return InvalidArgument("{}: {} causes are too many", name, causes.size());
  }
  return causes;
}

absl::StatusOr<ConnectionCounters> ConnectionsFromProto(const v1::ConnectionCounters& proto) {
  ConnectionCounters connections;
  const std::array<std::tuple<const char*, int64_t*, int64_t>, 5> fields = {{
      {"connections.attempted", &connections.attempted, proto.attempted()},
      {"connections.opened", &connections.opened, proto.opened()},
      {"connections.failed", &connections.failed, proto.failed()},
      {"connections.lost", &connections.lost, proto.lost()},
      {"connections.closed", &connections.closed, proto.closed()},
  }};
  for (const auto& [name, field, value] : fields) {
    if (auto status = CheckCount(name, value); !status.ok()) return status;
    *field = value;
  }
  auto failures = CausesFromProto("connections.failures", proto.failures(), proto.failed());
  if (!failures.ok()) return failures.status();
  auto losses = CausesFromProto("connections.losses", proto.losses(), proto.lost());
  if (!losses.ok()) return losses.status();
  connections.failures = *std::move(failures);
  connections.losses = *std::move(losses);
  return connections;
}

absl::StatusOr<Counters> CountersFromProto(const v1::Counters& proto) {
  Counters counters;
  for (const CounterField& entry : kCounterFields) {
    const int64_t value = (proto.*entry.get)();
    if (auto status = CheckCount(entry.name, value); !status.ok()) return status;
    counters.*entry.field = value;
  }
  auto connections = ConnectionsFromProto(proto.connections());
  if (!connections.ok()) return connections.status();
  counters.connections = *std::move(connections);
  return counters;
}

void CountersToProto(const Counters& counters, v1::Counters* proto) {
  for (const CounterField& entry : kCounterFields) (proto->*entry.set)(counters.*entry.field);
  const ConnectionCounters& from = counters.connections;
  v1::ConnectionCounters* to = proto->mutable_connections();
  to->set_attempted(from.attempted);
  to->set_opened(from.opened);
  to->set_failed(from.failed);
  to->set_lost(from.lost);
  to->set_closed(from.closed);
  for (const auto& [cause, count] : from.failures) (*to->mutable_failures())[cause] = count;
  for (const auto& [cause, count] : from.losses) (*to->mutable_losses())[cause] = count;
}

void HistogramToProto(const Histogram& histogram, v1::Histogram* proto) {
  proto->set_lowest_us(Histogram::kLowestUs);
  proto->set_highest_us(Histogram::kHighestUs);
  proto->set_significant_digits(Histogram::kSignificantDigits);
  int previous = -1;
  histogram.ForEachBucket([&](int index, int64_t, uint64_t count) {
    proto->add_index_gaps(static_cast<uint32_t>(index - previous));
    proto->add_counts(count);
    previous = index;
  });
  proto->set_sum_us(histogram.sum_us());
  proto->set_min_us(histogram.min_us());
  proto->set_max_us(histogram.max_us());
  proto->set_clamped_low(histogram.clamped_low());
  proto->set_clamped_high(histogram.clamped_high());
}

absl::Status HistogramFromProto(const v1::Histogram& proto, Histogram* histogram) {
  if (proto.lowest_us() != Histogram::kLowestUs || proto.highest_us() != Histogram::kHighestUs ||
      proto.significant_digits() != Histogram::kSignificantDigits) {
    return InvalidArgument("histogram: another geometry ({} to {} us, {} digits)", proto.lowest_us(),
                           proto.highest_us(), proto.significant_digits());
  }
  if (proto.index_gaps_size() != proto.counts_size()) {
    return InvalidArgument("histogram: {} gaps for {} counts", proto.index_gaps_size(), proto.counts_size());
  }
  if (proto.counts_size() > Histogram::BucketCount()) return InvalidArgument("histogram: too many buckets");
  std::vector<std::pair<int, uint64_t>> buckets;
  buckets.reserve(static_cast<size_t>(proto.counts_size()));
  int64_t index = -1;
  for (int i = 0; i < proto.counts_size(); ++i) {
    if (proto.index_gaps(i) == 0) return InvalidArgument("histogram: a gap of 0");
    if (proto.counts(i) == 0) return InvalidArgument("histogram: an empty bucket");
    index += proto.index_gaps(i);
    if (index >= Histogram::BucketCount()) return InvalidArgument("histogram: bucket {} is outside", index);
    buckets.emplace_back(static_cast<int>(index), proto.counts(i));
  }
  return histogram->Assign(buckets, {.sum_us = proto.sum_us(),
                                     .min_us = proto.min_us(),
                                     .max_us = proto.max_us(),
                                     .clamped_low = proto.clamped_low(),
                                     .clamped_high = proto.clamped_high()});
}

// More than -workers allows.
constexpr int kMaxWireWorkers = 4096;

struct WorkerField {
  const char* name;
  int64_t WorkerLoad::*field;
  int64_t (v1::WorkerLoad::*get)() const;
  void (v1::WorkerLoad::*set)(int64_t);
};
#define WSLOAD_FIELD(name) \
  WorkerField { #name, &WorkerLoad::name, &v1::WorkerLoad::name, &v1::WorkerLoad::set_##name }
constexpr std::array kWorkerFields = {
    WSLOAD_FIELD(user_us), WSLOAD_FIELD(system_us),  WSLOAD_FIELD(waited_us),
    WSLOAD_FIELD(wall_us), WSLOAD_FIELD(sent),       WSLOAD_FIELD(sent_late),
    WSLOAD_FIELD(stalls),  WSLOAD_FIELD(stalled_us), WSLOAD_FIELD(stall_us_max),
    WSLOAD_FIELD(given_up),
};
#undef WSLOAD_FIELD

}  // namespace

void ToProto(const std::vector<WorkerLoad>& workers, WorkerLoads* proto) {
  for (const WorkerLoad& worker : workers) {
    v1::WorkerLoad* to = proto->Add();
    for (const WorkerField& entry : kWorkerFields) (to->*entry.set)(worker.*entry.field);
  }
}

absl::StatusOr<std::vector<WorkerLoad>> FromProto(const WorkerLoads& proto) {
  if (proto.size() > kMaxWireWorkers) return InvalidArgument("{} workers are too many", proto.size());
  std::vector<WorkerLoad> workers;
  workers.reserve(static_cast<size_t>(proto.size()));
  for (const v1::WorkerLoad& from : proto) {
    WorkerLoad& worker = workers.emplace_back();
    for (const WorkerField& entry : kWorkerFields) {
      worker.*entry.field = (from.*entry.get)();
      if (auto status = CheckCount(entry.name, worker.*entry.field); !status.ok()) return status;
    }
  }
  return workers;
}

v1::Stats ToProto(const Stats& stats) {
  v1::Stats proto;
  CountersToProto(stats.counters, proto.mutable_counters());
  HistogramToProto(stats.response, proto.mutable_response());
  HistogramToProto(stats.service, proto.mutable_service());
  HistogramToProto(stats.connect, proto.mutable_connect());
  HistogramToProto(stats.send_lag, proto.mutable_send_lag());
  HistogramToProto(stats.push, proto.mutable_push());
  HistogramToProto(stats.loop_stall, proto.mutable_loop_stall());
  return proto;
}

absl::StatusOr<Stats> FromProto(const v1::Stats& proto) {
  Stats stats;
  auto counters = CountersFromProto(proto.counters());
  if (!counters.ok()) return counters.status();
  stats.counters = *std::move(counters);
  const std::array<std::tuple<const char*, const v1::Histogram*, Histogram*>, 5> histograms = {{
      {"response", &proto.response(), &stats.response},
      {"service", &proto.service(), &stats.service},
      {"connect", &proto.connect(), &stats.connect},
      {"send_lag", &proto.send_lag(), &stats.send_lag},
      {"push", &proto.push(), &stats.push},
  }};
  for (const auto& [name, from, to] : histograms) {
    if (auto status = HistogramFromProto(*from, to); !status.ok()) return InvalidArgument("{} {}", name, Text(status));
  }
  // Agents of the same protocol that were built before there was one send none.
  if (!proto.has_loop_stall()) return stats;
  if (auto status = HistogramFromProto(proto.loop_stall(), &stats.loop_stall); !status.ok()) {
    return InvalidArgument("loop_stall {}", Text(status));
  }
  return stats;
}

}  // namespace wsload
