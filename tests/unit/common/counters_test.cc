#include "common/stats/counters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "common/stats/figure_list.h"
#include "common/stats/stats.h"
#include "common/stats/worker_load.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// Every field another number, so that a mixed-up pair shows.
Counters Distinct(int64_t first) {
  Counters counters;
  for (const CounterInfo& row : kCounters) {
    if (row.counted()) counters.*row.field = first++;
  }
  counters.connections = {
      .attempted = first, .opened = first + 1, .failed = 3, .lost = 4, .closed = first + 2, .compressed = 5};
  counters.connections.failures = {{"refused", 1}, {"http_403", 2}};
  counters.connections.losses = {{"reset", 4}};
  counters.connections.compressions = {{"context_15/context_15", 5}};
  counters.connections.failure_examples = {{"http_403", fmt::format("said {}", first)}};
  return counters;
}

TEST(Counters, MergeAddsFieldByField) {
  Counters sum = Distinct(1);
  sum.Merge(Distinct(100));
  int64_t expected = 101;
  for (const CounterInfo& row : kCounters) {
    if (!row.counted()) continue;
    EXPECT_EQ(sum.*row.field, expected) << row.name.shown;
    expected += 2;
  }
  EXPECT_EQ(sum.connections.failed, 6);
  EXPECT_EQ(sum.connections.lost, 8);
  EXPECT_EQ(sum.connections.failures, (CauseCounts{{"refused", 2}, {"http_403", 4}}));
  EXPECT_EQ(sum.connections.losses, (CauseCounts{{"reset", 8}}));
  EXPECT_EQ(sum.connections.compressed, 10);
  EXPECT_EQ(sum.connections.compressions, (CauseCounts{{"context_15/context_15", 10}}));
}

TEST(Counters, MergeIsAssociativeAndHasZero) {
  Counters left = Distinct(1);
  left.Merge(Distinct(50));
  left.Merge(Distinct(900));
  Counters tail = Distinct(50);
  tail.Merge(Distinct(900));
  Counters right = Distinct(1);
  right.Merge(tail);
  EXPECT_EQ(left, right);
  right.Merge(Counters{});
  EXPECT_EQ(left, right);
}

TEST(CauseExamples, TheFirstStaysAndNoneIsWithoutACount) {
  Counters sum;
  sum.Merge(Distinct(1));
  sum.Merge(Distinct(100));
  EXPECT_EQ(sum.connections.failure_examples.size(), 1u);
  EXPECT_EQ(sum.connections.failure_examples.at("http_403"), Distinct(1).connections.failure_examples.at("http_403"));
  CauseExamples examples;
  AddExample(examples, {{"reset", 1}}, "refused", "x");
  AddExample(examples, {{"reset", 1}}, "reset", "");
  EXPECT_TRUE(examples.empty());
}

TEST(CauseExamples, AreBoundedAndWithoutCredentials) {
  EXPECT_TRUE(IsExample(MakeExample(std::string(10'000, 'x'))));
  EXPECT_TRUE(IsExample(MakeExample("a\nb\xff\x01")));
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "你";
  EXPECT_TRUE(IsExample(MakeExample(wide)));
  EXPECT_EQ(MakeExample("see ws://u:p@h/?token=x"), "see ws://(redacted)@h/?token=(redacted)");
  EXPECT_FALSE(IsExample(""));
  EXPECT_FALSE(IsExample("a\nb"));
  EXPECT_FALSE(IsExample("\xff"));
  EXPECT_FALSE(IsExample(std::string(kMaxExampleBytes + 1, 'x')));
}

TEST(Counters, ConservationSum) {
  const Counters counters{.scheduled = 100,
                          .success = 60,
                          .timeout = 1,
                          .rate_limited = 2,
                          .connection_lost = 3,
                          .send_error = 4,
                          .refused = 5,
                          .unsent = 6,
                          .late_acks = 50};
  EXPECT_EQ(counters.failed(), 15);
  EXPECT_EQ(counters.open(), 19);
}

TEST(Counters, MergeSaturatesInsteadOfWrapping) {
  Counters counters{.scheduled = kMax - 1};
  counters.connections.failures = {{"refused", kMax}};
  Counters more{.scheduled = 5};
  more.connections.failures = {{"refused", 1}};
  counters.Merge(more);
  EXPECT_EQ(counters.scheduled, kMax);
  EXPECT_EQ(counters.connections.failures["refused"], kMax);
}

TEST(ConnectionCounters, ActiveIsOpenedLessLostAndClosed) {
  const ConnectionCounters connections{.attempted = 12, .opened = 10, .failed = 2, .lost = 3, .closed = 4};
  EXPECT_EQ(connections.active(), 3);
}

TEST(AddCause, The65thCauseAndAllAfterItAreOther) {
  CauseCounts causes;
  for (int i = 0; i < 64; ++i) AddCause(causes, "cause_" + std::to_string(i));
  EXPECT_EQ(causes.size(), 64);
  AddCause(causes, "one too many", 2);
  AddCause(causes, "and another", 3);
  AddCause(causes, "cause_5", 10);
  EXPECT_EQ(causes.size(), 65);
  EXPECT_EQ(causes["other"], 5);
  EXPECT_EQ(causes["cause_5"], 11);
}

TEST(AddCause, AnEarlyOtherTakesNoNamedPlace) {
  CauseCounts causes;
  AddCause(causes, "other");
  for (int i = 0; i < 64; ++i) AddCause(causes, "cause_" + std::to_string(i));
  EXPECT_EQ(causes.size(), 65);
  EXPECT_EQ(causes["other"], 1);
}

TEST(AddCause, WhatIsNoNameOrNoCountIsNotTaken) {
  CauseCounts causes;
  AddCause(causes, "refused", 0);
  AddCause(causes, "refused", -1);
  EXPECT_TRUE(causes.empty());
  AddCause(causes, "");
  AddCause(causes, "line\nbreak");
  AddCause(causes, std::string(65, 'x'));
  EXPECT_EQ(causes, (CauseCounts{{"other", 3}}));
  AddCause(causes, std::string(64, 'x'));
  EXPECT_EQ(causes.size(), 2);
}

TEST(IsCauseName, HasNoNumbersThatDoNotExist) {
  for (const char* name : {"refused", "http_100", "http_403", "http_599", "closed_1000", "closed_4999",
                           "no_context_9/context_15", "other"}) {
    EXPECT_TRUE(IsCauseName(name)) << name;
  }
  for (const char* name : {"http_99", "http_600", "http_-5", "http_0403", "http_4e2", "http_", "http_99999999999999",
                           "closed_999", "closed_5000", "closed_", "Refused", "two words", "x\x1b[31m", "no:sign"}) {
    EXPECT_FALSE(IsCauseName(name)) << name;
  }
}

TEST(JoinCauses, ListsThemInOneLine) {
  EXPECT_EQ(JoinCauses({}), "");
  EXPECT_EQ(JoinCauses({{"refused", 3}, {"http_403", 1}}), "http_403 1, refused 3");
}

TEST(Stats, MergeAndClearReachEveryPart) {
  Stats one;
  one.counters.scheduled = 1;
  int64_t us = 0;
  for (const HistogramInfo& row : kHistograms) (one.*row.field).RecordUs(++us);
  Stats sum = one;
  sum.Merge(one);
  EXPECT_EQ(sum.counters.scheduled, 2);
  us = 0;
  for (const HistogramInfo& row : kHistograms) {
    EXPECT_EQ((sum.*row.field).count(), 2) << row.name.shown;
    EXPECT_EQ((sum.*row.field).max_us(), ++us) << row.name.shown;
  }
  EXPECT_FALSE(sum == one);
  sum.Clear();
  EXPECT_EQ(sum, Stats{});
}

TEST(WorkerLoad, AddsTheSameInAnyOrder) {
  const WorkerLoad one = {1, 2, 3, 10, 5, 6, 4, 7, 80, 70};
  const WorkerLoad two = {10, 20, 30, 100, 50, 60, 40, 70, 90, 50};
  WorkerLoad forth = one, back = two;
  forth.Merge(two);
  back.Merge(one);
  EXPECT_EQ(forth, back);
  EXPECT_EQ(forth, (WorkerLoad{11, 22, 33, 110, 55, 66, 44, 77, 170, 70}));
  EXPECT_DOUBLE_EQ(forth.cpu_share(), 0.3);
  EXPECT_DOUBLE_EQ(WorkerLoad{}.cpu_share(), 0) << "no time, no share";
  std::vector<WorkerLoad> workers;
  MergeWorkers(workers, {one, two});
  MergeWorkers(workers, {one});
  EXPECT_EQ(workers.size(), 2u);
  EXPECT_EQ(workers[0].sent, 10);
  EXPECT_EQ(workers[1], two);
}

}  // namespace
}  // namespace wsload
