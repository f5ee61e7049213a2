#include "tests/gateway/service_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/time/clock.h"

namespace wsload::gateway {
namespace {

constexpr DelaySpec kFiveMs{DelaySpec::Kind::kConstant, 5 * kNsPerMs, 0};

TEST(ServiceQueue, BeginsAtTheArrivalOrWhenAServerIsFree) {
  ServiceQueue queue({.servers = 2, .service = {DelaySpec::Kind::kConstant, 100, 0}, .most_waiting = 10}, 1);
  EXPECT_EQ(queue.Admit(1000), 1100);
  EXPECT_EQ(queue.Admit(1010), 1110);
  EXPECT_EQ(queue.Admit(1020), 1200) << "behind the first";
  EXPECT_EQ(queue.Admit(1030), 1210) << "behind the second";
  EXPECT_EQ(queue.Waiting(1030), 2);
  EXPECT_EQ(queue.Waiting(1100), 1);
  EXPECT_EQ(queue.Waiting(1110), 0);
  EXPECT_EQ(queue.Admit(5000), 5100) << "an idle queue";
  EXPECT_EQ(queue.longest(), 2);
  EXPECT_EQ(queue.longest_wait_ns(), 80);
  EXPECT_EQ(queue.service_ns(), 500);
}

TEST(ServiceQueue, CarriesServersByServiceTimeAndNoMore) {
  const ServiceQueueSpec spec{.servers = 4, .service = kFiveMs, .most_waiting = 1'000'000};
  EXPECT_EQ(CapacityPerSecond(spec), 800);
  // Twice as many as it can take, for ten seconds.
  ServiceQueue queue(spec, 1);
  int64_t done_in_time = 0;
  for (int64_t i = 0; i < 16'000; ++i) {
    const int64_t now_ns = i * 10 * kNsPerSecond / 16'000;
    done_in_time += queue.Admit(now_ns) <= 10 * kNsPerSecond ? 1 : 0;
  }
  // The last of the four servers is idle until the fourth message, 1.875 ms after the first.
  EXPECT_GE(done_in_time, 7'996);
  EXPECT_LE(done_in_time, 8'000);
}

TEST(ServiceQueue, ArrivalsAtTheCapacityNeverWait) {
  ServiceQueue queue({.servers = 4, .service = kFiveMs, .most_waiting = 0}, 1);
  for (int64_t i = 0; i < 10'000; ++i) {
    const int64_t now_ns = i * 1'250'000;
    ASSERT_FALSE(queue.Full(now_ns)) << i;
    ASSERT_EQ(queue.Admit(now_ns), now_ns + 5 * kNsPerMs);
  }
  EXPECT_EQ(queue.longest(), 0);
}

TEST(ServiceQueue, IsFullWhenSoManyWait) {
  ServiceQueue queue({.servers = 1, .service = {DelaySpec::Kind::kConstant, 100, 0}, .most_waiting = 2}, 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(queue.Full(0)) << i;
    queue.Admit(0);
  }
  EXPECT_TRUE(queue.Full(99));
  EXPECT_FALSE(queue.Full(100)) << "one is done, one waits";
  queue.Clear();
  EXPECT_EQ(queue.Waiting(100), 0);
  EXPECT_EQ(queue.Admit(100), 200);
}

TEST(ServiceQueue, ALateOrEarlierClockChangesNothing) {
  ServiceQueue queue({.servers = 1, .service = {DelaySpec::Kind::kConstant, 100, 0}, .most_waiting = 10}, 1);
  EXPECT_EQ(queue.Admit(1000), 1100);
  EXPECT_EQ(queue.Admit(950), 1200) << "read by another thread a little before";
  // Whoever asks late does not move what is arithmetic already.
  EXPECT_EQ(queue.Waiting(1150), 0);
  EXPECT_EQ(queue.Admit(1150), 1300);
}

TEST(ServiceQueue, AnExponentialOneWaitsAsTheTheorySays) {
  // M/M/1 at half load: the mean time in the system is service / (1 - 0.5).
  const DelaySpec service{DelaySpec::Kind::kExponential, kNsPerMs, 0};
  ServiceQueue queue({.servers = 1, .service = service, .most_waiting = 1'000'000}, 7);
  DelayModel arrivals({DelaySpec::Kind::kExponential, 2 * kNsPerMs, 0}, 8);
  constexpr int kMessages = 400'000;
  double in_system_ns = 0;
  int64_t now_ns = 0;
  for (int i = 0; i < kMessages; ++i) {
    now_ns += arrivals.NextNs();
    in_system_ns += static_cast<double>(queue.Admit(now_ns) - now_ns);
  }
  EXPECT_NEAR(in_system_ns / kMessages, 2e6, 4e4);
  EXPECT_NEAR(static_cast<double>(queue.service_ns()) / kMessages, 1e6, 1e4);
}

TEST(ServiceQueue, TheSameSeedGivesTheSameTimes) {
  const ServiceQueueSpec spec{.servers = 3, .service = {DelaySpec::Kind::kUniform, 1000, 9000}, .most_waiting = 1000};
  ServiceQueue a(spec, 5), b(spec, 5), other(spec, 6);
  bool differs = false;
  for (int64_t i = 0; i < 1000; ++i) {
    const int64_t done_ns = a.Admit(i * 1000);
    ASSERT_EQ(done_ns, b.Admit(i * 1000));
    differs |= done_ns != other.Admit(i * 1000);
  }
  EXPECT_TRUE(differs);
}

TEST(CapacityPerSecond, IsServersByTheMean) {
  EXPECT_EQ(CapacityPerSecond({}), 0);
  EXPECT_EQ(CapacityPerSecond({.servers = 10, .service = {DelaySpec::Kind::kExponential, 5 * kNsPerMs, 0}}), 2000);
  EXPECT_EQ(CapacityPerSecond({.servers = 10, .service = {DelaySpec::Kind::kUniform, 0, 10 * kNsPerMs}}), 2000);
}

}  // namespace
}  // namespace wsload::gateway
