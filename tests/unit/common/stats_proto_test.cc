#include "common/stats/stats_proto.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>

#include "common/stats/figure_list.h"
#include "common/util/status.h"
#include "wsload/v1/control.pb.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Stats SampleStats(uint32_t seed) {
  std::mt19937 random(seed);
  Stats stats;
  for (const CounterInfo& row : kCounters) {
    if (row.counted()) stats.counters.*row.field = random();
  }
  ConnectionCounters& connections = stats.counters.connections;
  connections = {.attempted = 40, .opened = 30, .failed = 10, .lost = 5, .closed = 25, .compressed = 20};
  connections.failures = {{"refused", 7}, {"http_403", 3}};
  connections.losses = {{"reset", 5}};
  connections.compressions = {{"context_15/context_15", 19}, {"no_context_9/context_15", 1}};
  for (const HistogramInfo& row : kHistograms) {
    for (auto i = random() % 500; i > 0; --i) (stats.*row.field).RecordUs(static_cast<int64_t>(random()) - 1000);
  }
  return stats;
}

// Whether FromProto() refuses a good message after `change`.
bool Refused(const std::function<void(v1::Stats&)>& change) {
  v1::Stats proto = ToProto(SampleStats(1));
  change(proto);
  const auto back = FromProto(proto);
  return back.status().code() == absl::StatusCode::kInvalidArgument;
}

TEST(StatsProto, ComesBackExactly) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    const Stats stats = SampleStats(seed);
    v1::Stats proto;
    ASSERT_TRUE(proto.ParseFromString(ToProto(stats).SerializeAsString()));
    const auto back = FromProto(proto);
    ASSERT_TRUE(back.ok()) << back.status();
    ASSERT_EQ(*back, stats);
  }
  EXPECT_EQ(*FromProto(ToProto(Stats{})), Stats{});
}

TEST(StatsProto, RefusesCountersThatAreNone) {
  // By reflection, so that no counter is forgotten.
  const auto* descriptor = v1::Counters::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_INT64) continue;
    for (const int64_t bad : {int64_t{-1}, (int64_t{1} << 53) + 1, kMax, kMin}) {
      EXPECT_TRUE(Refused([&](v1::Stats& s) {
        s.mutable_counters()->GetReflection()->SetInt64(s.mutable_counters(), field, bad);
      })) << field->name()
          << " " << bad;
    }
  }
  const auto* connections = v1::ConnectionCounters::descriptor();
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    for (const int64_t bad : {int64_t{-1}, kMax}) {
      EXPECT_TRUE(Refused([&](v1::Stats& s) {
        auto* message = s.mutable_counters()->mutable_connections();
        message->GetReflection()->SetInt64(message, connections->FindFieldByName(row.name.member), bad);
      })) << row.name.member;
    }
  }
}

TEST(StatsProto, RefusesCausesThatDoNotAddUp) {
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.mutable_counters()->mutable_connections()->set_failed(11); }));
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.mutable_counters()->mutable_connections()->set_lost(4); }));
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.mutable_counters()->mutable_connections()->clear_failures(); }));
  const auto with_cause = [](const std::string& name, int64_t count) {
    return Refused([&](v1::Stats& s) {
      auto* connections = s.mutable_counters()->mutable_connections();
      (*connections->mutable_losses())[name] = count;
      int64_t sum = 0;
      for (const auto& [cause, n] : connections->losses()) sum += n;
      connections->set_lost(sum);
    });
  };
  EXPECT_FALSE(with_cause("closed_1001", 2));
  EXPECT_FALSE(with_cause(std::string(64, 'c'), 2));
  EXPECT_TRUE(with_cause(std::string(65, 'c'), 2));
  EXPECT_TRUE(with_cause("", 2));
  EXPECT_TRUE(with_cause("a\nb", 2));
  EXPECT_TRUE(with_cause("\x1b[31m", 2));
  EXPECT_TRUE(with_cause("é", 2));
  EXPECT_TRUE(with_cause("reset", 0));
  EXPECT_TRUE(with_cause("none", 0));
  EXPECT_TRUE(with_cause("negative", -2));
}

TEST(StatsProto, BoundsTheNumberOfCauses) {
  const auto with_causes = [](int named, bool other) {
    return Refused([&](v1::Stats& s) {
      auto* connections = s.mutable_counters()->mutable_connections();
      connections->clear_failures();
      for (int i = 0; i < named; ++i) (*connections->mutable_failures())["cause_" + std::to_string(i)] = 1;
      if (other) (*connections->mutable_failures())["other"] = 1;
      connections->set_failed(named + (other ? 1 : 0));
    });
  };
  EXPECT_FALSE(with_causes(64, true));
  EXPECT_TRUE(with_causes(65, false));
  EXPECT_TRUE(with_causes(66, false));
  EXPECT_TRUE(with_causes(10'000, false));
}

TEST(StatsProto, RefusesExamplesThatAreNone) {
  const auto with_example = [](const std::string& cause, const std::string& example) {
    return Refused([&](v1::Stats& s) {
      auto* connections = s.mutable_counters()->mutable_connections();
      connections->mutable_failures()->clear();
      (*connections->mutable_failures())["reset"] = 1;
      connections->set_failed(1);
      (*connections->mutable_failure_examples())[cause] = example;
    });
  };
  EXPECT_FALSE(with_example("reset", "the server broke the connection"));
  EXPECT_TRUE(with_example("refused", "no such cause"));
  EXPECT_TRUE(with_example("reset", ""));
  EXPECT_TRUE(with_example("reset", "two\nlines"));
  EXPECT_TRUE(with_example("reset", std::string(1000, 'x')));
  Stats stats;
  stats.counters.connections.failed = 1;
  stats.counters.connections.failures = {{"reset", 1}};
  stats.counters.connections.failure_examples = {{"reset", "so it was"}};
  EXPECT_EQ(FromProto(ToProto(stats))->counters, stats.counters);
}

TEST(StatsProto, RefusesOtherGeometry) {
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.mutable_response()->set_lowest_us(2); }));
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.mutable_service()->set_highest_us(1'000'000); }));
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.mutable_push()->set_significant_digits(2); }));
  EXPECT_TRUE(Refused([](v1::Stats& s) { s.clear_connect(); }));
  v1::Stats proto = ToProto(Stats{});
  proto.mutable_send_lag()->set_significant_digits(4);
  EXPECT_EQ(Text(FromProto(proto).status()), "send_lag histogram: another geometry (1 to 3600000000 us, 4 digits)");
}

TEST(StatsProto, RefusesAReportWithoutAHistogram) {
  for (const HistogramInfo& row : kHistograms) {
    EXPECT_TRUE(Refused([&](v1::Stats& s) {
      s.GetReflection()->ClearField(&s, v1::Stats::descriptor()->FindFieldByName(row.name.member));
    })) << row.name.member;
  }
}

TEST(WorkerLoadProto, ComesBackExactly) {
  const std::vector<WorkerLoad> workers = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {}};
  v1::Report report;
  ToProto(workers, report.mutable_workers());
  v1::Report wire;
  ASSERT_TRUE(wire.ParseFromString(report.SerializeAsString()));
  const auto back = FromProto(wire.workers());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, workers);
}

TEST(WorkerLoadProto, RefusesWhatNoAgentHas) {
  v1::Report report;
  report.add_workers()->set_user_us(-1);
  EXPECT_EQ(FromProto(report.workers()).status().code(), absl::StatusCode::kInvalidArgument);
  report.clear_workers();
  report.add_workers()->set_stall_us_max(kMax);
  EXPECT_EQ(FromProto(report.workers()).status().code(), absl::StatusCode::kInvalidArgument);
  report.clear_workers();
  for (int i = 0; i < 4097; ++i) report.add_workers();
  EXPECT_EQ(FromProto(report.workers()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(StatsProto, RefusesDamagedHistograms) {
  const auto refused = [](const std::function<void(v1::Histogram&)>& change) {
    return Refused([&](v1::Stats& s) {
      v1::Histogram* histogram = s.mutable_response();
      *histogram = ToProto(Stats{}).response();
      for (const uint32_t gap : {101, 1, 5'000}) histogram->add_index_gaps(gap);
      for (const uint64_t count : {3, 4, 5}) histogram->add_counts(count);
      histogram->set_min_us(100);
      histogram->set_max_us(Histogram::LowestInBucketUs(5'101));
      histogram->set_sum_us(3 * 100 + 4 * 101 + 5 * Histogram::LowestInBucketUs(5'101));
      change(*histogram);
    });
  };
  EXPECT_FALSE(refused([](v1::Histogram&) {}));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.add_counts(1); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.add_index_gaps(1); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_index_gaps(1, 0); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_counts(1, 0); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_counts(1, std::numeric_limits<uint64_t>::max()); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_index_gaps(2, 23'551); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_index_gaps(2, std::numeric_limits<uint32_t>::max()); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_index_gaps(0, std::numeric_limits<uint32_t>::max()); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_sum_us(-1); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_min_us(99); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_max_us(kMax); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_clamped_low(1); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) { h.set_clamped_high(-1); }));
  EXPECT_TRUE(refused([](v1::Histogram& h) {
    for (int i = 0; i < Histogram::BucketCount(); ++i) {
      h.add_index_gaps(1);
      h.add_counts(1);
    }
  }));
}

TEST(StatsProto, SurvivesDamagedBytesAndTheirMerge) {
  const std::string good = ToProto(SampleStats(8)).SerializeAsString();
  std::mt19937 random(8);
  const google::protobuf::LogSilencer silencer;
  Stats sum;
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = good;
    for (auto flips = 1 + random() % 3; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    v1::Stats proto;
    if (!proto.ParseFromString(bytes)) continue;
    const auto stats = FromProto(proto);
    if (!stats.ok()) continue;
    // What is accepted is what an agent could have sent.
    const auto again = FromProto(ToProto(*stats));
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(*again, *stats);
    sum.Merge(*stats);
    ASSERT_GE(sum.response.sum_us(), 0);
    ASSERT_LE(sum.response.PercentileUs(50), sum.response.max_us());
  }
}

}  // namespace
}  // namespace wsload
