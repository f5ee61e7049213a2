#include "common/stats/stats_proto.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/stats/figure_list.h"
#include "common/stats/wire_bounds.h"
#include "common/util/check.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// More than -workers allows.
constexpr int kMaxWireWorkers = 4096;

const FieldDescriptor* FieldOf(const Descriptor* message, const char* name) {
  const FieldDescriptor* field = message->FindFieldByName(name);
  WSLOAD_CHECK(field != nullptr, "{} has no field {}", message->full_name(), name);
  return field;
}

template <typename Row>
using WireFields = std::vector<std::pair<const Row*, const FieldDescriptor*>>;

/// Every row of `table` that is counted, with the message's field of its name.
template <typename Row, size_t N>
WireFields<Row> FieldsOf(const Descriptor* message, const std::array<Row, N>& table) {
  WireFields<Row> fields;
  for (const Row& row : table) {
    if (row.field != nullptr) fields.emplace_back(&row, FieldOf(message, row.name.member));
  }
  return fields;
}

// Names are looked up once.
const auto& CounterFields() {
  static const auto fields = FieldsOf(v1::Counters::descriptor(), kCounters);
  return fields;
}
const auto& ConnectionFields() {
  static const auto fields = FieldsOf(v1::ConnectionCounters::descriptor(), kConnectionCounters);
  return fields;
}
/// Of the rows that have causes, the fields of these.
const auto& CauseFields() {
  static const auto fields = [] {
    WireFields<ConnectionCounterInfo> found;
    for (const ConnectionCounterInfo& row : kConnectionCounters) {
      if (row.causes != nullptr)
        found.emplace_back(&row, FieldOf(v1::ConnectionCounters::descriptor(), row.causes_name));
    }
    return found;
  }();
  return fields;
}
const auto& HistogramFields() {
  static const auto fields = FieldsOf(v1::Stats::descriptor(), kHistograms);
  return fields;
}
const auto& WorkerFields() {
  static const auto fields = FieldsOf(v1::WorkerLoad::descriptor(), kWorkerFigures);
  return fields;
}

/// The plain counts of `proto`; `prefix` stands before their names in errors.
template <typename Row, typename Counted>
absl::Status CountsFromProto(const WireFields<Row>& fields, const Message& proto, std::string_view prefix,
                             Counted& to) {
  for (const auto& [row, field] : fields) {
    const int64_t value = proto.GetReflection()->GetInt64(proto, field);
    if (value < 0 || value > kMaxWireCount) {
      return LocalInvalidArgument({"counter {}{}: {} is no count", "计数 {}{}：{} 不是数量"}, prefix, row->name.member,
                                  value);
    }
    to.*row->field = value;
  }
  return absl::OkStatus();
}

template <typename Row, typename Counted>
void CountsToProto(const WireFields<Row>& fields, const Counted& from, Message* proto) {
  for (const auto& [row, field] : fields) proto->GetReflection()->SetInt64(proto, field, from.*row->field);
}

/// Causes are a map; reflection shows it as a list of its entries, each a message of key and value.
absl::StatusOr<CauseCounts> CausesFromProto(const FieldDescriptor* field, const v1::ConnectionCounters& proto,
                                            int64_t sum) {
  const std::string name = "connections." + field->name();
  const Reflection* reflection = proto.GetReflection();
  const int size = reflection->FieldSize(proto, field);
  if (size > static_cast<int>(kMaxNamedCauses) + 1)
    return LocalInvalidArgument({"{}: {} causes are too many", "{}：{} 个原因过多"}, name, size);
  CauseCounts causes;
  int64_t total = 0;
  for (int i = 0; i < size; ++i) {
    const Message& entry = reflection->GetRepeatedMessage(proto, field, i);
    const std::string cause = entry.GetReflection()->GetString(entry, field->message_type()->map_key());
    const int64_t count = entry.GetReflection()->GetInt64(entry, field->message_type()->map_value());
    if (!IsCauseName(cause)) return LocalInvalidArgument({"{}: a cause that is no name", "{}：有的原因不是名称"}, name);
    if (count <= 0 || count > kMaxWireCount)
      return LocalInvalidArgument({"{}: {} is no count", "{}：{} 不是数量"}, name, count);
    causes.emplace(cause, count);
    total += count;
  }
  if (total != sum)
    return LocalInvalidArgument({"{}: the causes add up to {}, not {}", "{}：各原因之和为 {}，而不是 {}"}, name, total,
                                sum);
  if (causes.size() - causes.count(kOtherCause) > kMaxNamedCauses) {
    return LocalInvalidArgument({"{}: {} causes are too many", "{}：{} 个原因过多"}, name, causes.size());
  }
  return causes;
}

void CausesToProto(const FieldDescriptor* field, const CauseCounts& causes, v1::ConnectionCounters* proto) {
  for (const auto& [cause, count] : causes) {
    Message* entry = proto->GetReflection()->AddMessage(proto, field);
    entry->GetReflection()->SetString(entry, field->message_type()->map_key(), cause);
    entry->GetReflection()->SetInt64(entry, field->message_type()->map_value(), count);
  }
}

const FieldDescriptor* ExamplesField(const ConnectionCounterInfo& row) {
  return v1::ConnectionCounters::descriptor()->FindFieldByName(row.examples_name);
}

absl::StatusOr<CauseExamples> ExamplesFromProto(const ConnectionCounterInfo& row, const v1::ConnectionCounters& proto,
                                                const CauseCounts& causes) {
  const FieldDescriptor* field = ExamplesField(row);
  CauseExamples examples;
  for (int i = 0; i < proto.GetReflection()->FieldSize(proto, field); ++i) {
    const Message& entry = proto.GetReflection()->GetRepeatedMessage(proto, field, i);
    const std::string cause = entry.GetReflection()->GetString(entry, field->message_type()->map_key());
    const std::string example = entry.GetReflection()->GetString(entry, field->message_type()->map_value());
    if (!IsExample(example))
      return LocalInvalidArgument({"connections.{}: a text that is no example", "connections.{}：有的文本不是示例"},
                                  row.examples_name);
    if (!causes.contains(cause))
      return LocalInvalidArgument({"connections.{}: a cause without a count", "connections.{}：有的原因没有计数"},
                                  row.examples_name);
    examples.emplace(cause, example);
  }
  return examples;
}

void ExamplesToProto(const ConnectionCounterInfo& row, const CauseExamples& examples, v1::ConnectionCounters* proto) {
  const FieldDescriptor* field = ExamplesField(row);
  for (const auto& [cause, example] : examples) {
    Message* entry = proto->GetReflection()->AddMessage(proto, field);
    entry->GetReflection()->SetString(entry, field->message_type()->map_key(), cause);
    entry->GetReflection()->SetString(entry, field->message_type()->map_value(), example);
  }
}

absl::StatusOr<ConnectionCounters> ConnectionsFromProto(const v1::ConnectionCounters& proto) {
  ConnectionCounters connections;
  absl::Status status = CountsFromProto(ConnectionFields(), proto, "connections.", connections);
  if (!status.ok()) return status;
  for (const auto& [row, field] : CauseFields()) {
    absl::StatusOr<CauseCounts> causes = CausesFromProto(field, proto, connections.*row->field);
    if (!causes.ok()) return causes.status();
    connections.*row->causes = *std::move(causes);
    if (row->examples == nullptr) continue;
    absl::StatusOr<CauseExamples> examples = ExamplesFromProto(*row, proto, connections.*row->causes);
    if (!examples.ok()) return examples.status();
    connections.*row->examples = *std::move(examples);
  }
  return connections;
}

void ConnectionsToProto(const ConnectionCounters& connections, v1::ConnectionCounters* proto) {
  CountsToProto(ConnectionFields(), connections, proto);
  for (const auto& [row, field] : CauseFields()) {
    CausesToProto(field, connections.*row->causes, proto);
    if (row->examples != nullptr) ExamplesToProto(*row, connections.*row->examples, proto);
  }
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
    return LocalInvalidArgument(
        {"histogram: another geometry ({} to {} us, {} digits)", "直方图：几何不同（{} 至 {} us，{} 位有效数字）"},
        proto.lowest_us(), proto.highest_us(), proto.significant_digits());
  }
  if (proto.index_gaps_size() != proto.counts_size()) {
    return LocalInvalidArgument({"histogram: {} gaps for {} counts", "直方图：{} 个间隔对 {} 个计数"},
                                proto.index_gaps_size(), proto.counts_size());
  }
  if (proto.counts_size() > Histogram::BucketCount())
    return LocalInvalidArgument({"histogram: too many buckets", "直方图：桶过多"});
  std::vector<std::pair<int, uint64_t>> buckets;
  buckets.reserve(static_cast<size_t>(proto.counts_size()));
  int64_t index = -1;
  for (int i = 0; i < proto.counts_size(); ++i) {
    if (proto.index_gaps(i) == 0) return LocalInvalidArgument({"histogram: a gap of 0", "直方图：间隔为 0"});
    if (proto.counts(i) == 0) return LocalInvalidArgument({"histogram: an empty bucket", "直方图：有空桶"});
    index += proto.index_gaps(i);
    if (index >= Histogram::BucketCount())
      return LocalInvalidArgument({"histogram: bucket {} is outside", "直方图：桶 {} 超出范围"}, index);
    buckets.emplace_back(static_cast<int>(index), proto.counts(i));
  }
  return histogram->Assign(buckets, {.sum_us = proto.sum_us(),
                                     .min_us = proto.min_us(),
                                     .max_us = proto.max_us(),
                                     .clamped_low = proto.clamped_low(),
                                     .clamped_high = proto.clamped_high()});
}

}  // namespace

void ToProto(const std::vector<WorkerLoad>& workers, WorkerLoads* proto) {
  for (const WorkerLoad& worker : workers) CountsToProto(WorkerFields(), worker, proto->Add());
}

absl::StatusOr<std::vector<WorkerLoad>> FromProto(const WorkerLoads& proto) {
  if (proto.size() > kMaxWireWorkers)
    return LocalInvalidArgument({"{} workers are too many", "{} 个工作线程过多"}, proto.size());
  std::vector<WorkerLoad> workers(static_cast<size_t>(proto.size()));
  for (int i = 0; i < proto.size(); ++i) {
    absl::Status status = CountsFromProto(WorkerFields(), proto[i], "", workers[static_cast<size_t>(i)]);
    if (!status.ok()) return status;
  }
  return workers;
}

v1::Stats ToProto(const Stats& stats) {
  v1::Stats proto;
  CountsToProto(CounterFields(), stats.counters, proto.mutable_counters());
  ConnectionsToProto(stats.counters.connections, proto.mutable_counters()->mutable_connections());
  for (const auto& [row, field] : HistogramFields()) {
    Message* histogram = proto.GetReflection()->MutableMessage(&proto, field);
    HistogramToProto(stats.*row->field, static_cast<v1::Histogram*>(histogram));
  }
  return proto;
}

absl::StatusOr<Stats> FromProto(const v1::Stats& proto) {
  Stats stats;
  absl::Status status = CountsFromProto(CounterFields(), proto.counters(), "", stats.counters);
  if (!status.ok()) return status;
  absl::StatusOr<ConnectionCounters> connections = ConnectionsFromProto(proto.counters().connections());
  if (!connections.ok()) return connections.status();
  stats.counters.connections = *std::move(connections);
  for (const auto& [row, field] : HistogramFields()) {
    const Message& histogram = proto.GetReflection()->GetMessage(proto, field);
    status = HistogramFromProto(static_cast<const v1::Histogram&>(histogram), &(stats.*row->field));
    if (!status.ok()) return LocalInvalidArgument({"{} {}", "{}：{}"}, row->name.member, status);
  }
  return stats;
}

void ToProto(const StatsByStage& stages, StageProtos* proto) {
  for (const StageStats& each : stages) {
    v1::StageStats& stage = *proto->Add();
    stage.set_stage(each.stage);
    *stage.mutable_stats() = ToProto(each.stats);
  }
}

absl::StatusOr<StatsByStage> FromProto(const StageProtos& proto) {
  if (proto.size() > kMaxWireStages)
    return LocalInvalidArgument({"{} stages are too many", "{} 个阶段过多"}, proto.size());
  StatsByStage stages;
  for (const v1::StageStats& each : proto) {
    absl::StatusOr<Stats> stats = FromProto(each.stats());
    if (!stats.ok()) return LocalInvalidArgument({"stage {}: {}", "阶段 {}：{}"}, each.stage(), stats.status());
    stages.push_back({each.stage(), *std::move(stats)});
  }
  return stages;
}

}  // namespace wsload
