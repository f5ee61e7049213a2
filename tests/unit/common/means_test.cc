#include "common/plan/means.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/util/status.h"
#include "tests/unit/common/sample_plan.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = StatementKind;

std::vector<Kind> KindsShort(const Means& means, const Needs& needs) {
  std::vector<Kind> kinds;
  for (const Statement& shortage : FindShortages(means, needs)) kinds.push_back(shortage.kind);
  return kinds;
}

TEST(Means, WhatIsNotKnownBoundsNothing) {
  const Needs needs{.clients = 1'000'000'000, .workers = 1024, .tls = true, .destinations = 1};
  EXPECT_THAT(KindsShort(Means{}, needs), IsEmpty());
  EXPECT_EQ(MostClients(Means{}, needs), std::nullopt);
  EXPECT_TRUE(CheckMeans(Means{}, needs).ok());
}

TEST(Means, EachBoundHoldsToTheClient) {
  struct Case {
    Means means;
    Needs needs;
    Kind kind;
  };
  const Case cases[] = {
      {{.max_clients = 50}, {}, Kind::kTooManyClients},
      {{.descriptors_soft = 200, .descriptors_in_use = 16}, {.workers = 2}, Kind::kTooFewDescriptors},
      {{.ports = 100}, {.destinations = 1}, Kind::kTooFewPorts},
      {{.ports = 100, .addresses = 3}, {.destinations = 1}, Kind::kTooFewPorts},
      {{.ports = 100, .addresses = 3}, {.destinations = 4}, Kind::kTooFewPorts},
      {{.memory_available_bytes = 1 << 20}, {}, Kind::kTooLittleMemory},
      {{.memory_available_bytes = 1 << 20}, {.tls = true}, Kind::kTooLittleMemory},
  };
  for (const Case& c : cases) {
    Needs needs = c.needs;
    const std::optional<int64_t> most = MostClients(c.means, needs);
    ASSERT_TRUE(most.has_value());
    EXPECT_GT(*most, 0);
    needs.clients = *most;
    EXPECT_THAT(KindsShort(c.means, needs), IsEmpty()) << *most;
    ++needs.clients;
    EXPECT_THAT(KindsShort(c.means, needs), ElementsAre(c.kind)) << *most;
  }
}

TEST(Means, DescriptorsInUseAndWorkersTakeFromTheClients) {
  const Means idle{.descriptors_soft = 1000, .descriptors_in_use = 10};
  const Means full{.descriptors_soft = 1000, .descriptors_in_use = 500};
  EXPECT_EQ(*MostClients(idle, {.workers = 4}) - *MostClients(full, {.workers = 4}), 490);
  EXPECT_GT(*MostClients(idle, {.workers = 1}), *MostClients(idle, {.workers = 4}));
  EXPECT_EQ(MostClients({.descriptors_soft = 10, .descriptors_in_use = 20}, {}), 0);
}

TEST(Means, PortsBoundOnlyWhereAllGoesToOneAddress) {
  const Means means{.ports = 28232};
  RunPlan plan;
  for (const char* server : {"ws://10.0.0.7/ws", "ws://[fd00::7]:9002/ws", "ws://localhost:9002/ws"}) {
    plan.server = *ServerUrl::Parse(server);
    EXPECT_THAT(KindsShort(means, NeedsOf(plan, 28233, 1)), ElementsAre(Kind::kTooFewPorts)) << server;
  }
  plan.server = *ServerUrl::Parse("ws://gateway.example/ws");
  EXPECT_THAT(KindsShort(means, NeedsOf(plan, 28233, 1)), IsEmpty()) << "the name may have several addresses";
}

TEST(Means, TlsTakesMoreMemory) {
  RunPlan plan;
  plan.server = *ServerUrl::Parse("ws://gateway/ws");
  const int64_t plain = NeedsOf(plan, 1000, 1).MemoryBytes();
  plan.server = *ServerUrl::Parse("wss://gateway/ws");
  EXPECT_GT(NeedsOf(plan, 1000, 1).MemoryBytes(), 2 * plain);
}

TEST(Means, CompressionTakesMoreMemory) {
  RunPlan plan;
  const int64_t plain = NeedsOf(plan, 1000, 1).MemoryBytes();
  plan.compress = Compression::kNoContext;
  const int64_t no_context = NeedsOf(plan, 1000, 1).MemoryBytes();
  EXPECT_EQ(no_context - plain, 1000 * (40 << 10)) << "to inflate";
  plan.compress = Compression::kContext;
  const int64_t small = NeedsOf(plan, 1000, 1).MemoryBytes();
  EXPECT_EQ(small - no_context, 1000 * (38 << 10)) << "to deflate small messages";
  plan.msg_size_bytes = 64 << 10;
  EXPECT_EQ(NeedsOf(plan, 1000, 1).MemoryBytes() - no_context, 1000 * (150 << 10)) << "large ones";
  plan.msg_size_bytes = 100;
  EXPECT_EQ(NeedsOf(plan, 1000, 1).MemoryBytes(), small);
  plan.size = *MessageSizes::Parse("mix:99%100,1%64k");
  EXPECT_EQ(NeedsOf(plan, 1000, 1).MemoryBytes() - no_context, 1000 * (150 << 10)) << "and where a few are large";
}

TEST(Means, StampsTakeMemoryByThePairAndUpToABound) {
  RunPlan plan = ValidPlan();
  plan.clients = 100'000;
  const int64_t plain = NeedsOf(plan, 5000, 1).MemoryBytes();
  plan.push = PushMode::kStamp;
  plan.push_to = *PushAudience::Parse("group:50");
  EXPECT_EQ(NeedsOf(plan, 5000, 1).MemoryBytes() - plain, 5000 * 50 * 84) << "some 20 MB on each of 20 agents";
  plan.push_to = *PushAudience::Parse("all");
  EXPECT_EQ(NeedsOf(plan, 5000, 1).MemoryBytes() - plain, 4'000'000 * 84);
}

TEST(Means, PostsTakeDescriptors) {
  RunPlan plan = ValidPlan();
  const int64_t plain = NeedsOf(plan, 10, 3).Descriptors(0);
  plan.push = PushMode::kStamp;
  plan.push_url = *HttpUrl::Parse("http://backend/push");
  EXPECT_EQ(NeedsOf(plan, 10, 3).Descriptors(0) - plain, 3 * 32);
}

TEST(ContextWindowBits, GrowWithTheMessages) {
  EXPECT_EQ(ContextWindowBits(0), 12);
  EXPECT_EQ(ContextWindowBits(100), 12);
  EXPECT_EQ(ContextWindowBits(1000), 14);
  EXPECT_EQ(ContextWindowBits(4000), 15);
  EXPECT_EQ(ContextWindowBits(int64_t{1} << 62), 15);
}

TEST(Means, AllShortagesStandInOneLineWithTheirMends) {
  const Means means{.max_clients = 5, .descriptors_soft = 64, .ports = 7, .memory_available_bytes = 1};
  const absl::Status status = CheckMeans(means, {.clients = 100, .destinations = 1});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  const std::string line(Text(status));
  EXPECT_THAT(line, HasSubstr("100 clients are more than its -max-clients=5"));
  EXPECT_THAT(line, HasSubstr("the limit is 64; raise it (ulimit -n), or add agents"));
  EXPECT_THAT(line, HasSubstr("the 7 connections that its source addresses and their ports can make to the server; "
                              "give it more addresses (-local-addrs), widen net.ipv4.ip_local_port_range"));
  EXPECT_THAT(line, HasSubstr("about 1 MiB of memory and 0 MiB are available"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Means, WorkersNeedThreads) {
  EXPECT_THAT(KindsShort({.threads_left = 14}, {.workers = 4}), IsEmpty());
  EXPECT_THAT(KindsShort({.threads_left = 13}, {.workers = 4}), ElementsAre(Kind::kTooFewThreads));
  EXPECT_THAT(std::string(Text(CheckMeans({.threads_left = 13}, {.workers = 4}))),
              HasSubstr("4 workers need 14 more threads and 13 can be made; raise the limit (ulimit -u"));
}

TEST(Means, TravelAsTheyAre) {
  const Means means{.max_clients = 1,
                    .descriptors_soft = 2,
                    .descriptors_hard = 3,
                    .descriptors_in_use = 4,
                    .ports = 5,
                    .addresses = 6,
                    .memory_available_bytes = 7,
                    .threads_left = 8};
  EXPECT_EQ(FromProto(ToProto(means)), means);
}

TEST(Means, HostileFiguresOverflowNothing) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  v1::Means proto;
  for (const int64_t extreme : {kMost, std::numeric_limits<int64_t>::min(), int64_t{-1}}) {
    proto.set_max_clients(extreme);
    proto.set_descriptors_soft(extreme);
    proto.set_descriptors_in_use(extreme);
    proto.set_ports(extreme);
    proto.set_addresses(extreme);
    proto.set_memory_available_bytes(extreme);
    proto.set_threads_left(extreme);
    const Means means = FromProto(proto);
    EXPECT_THAT(KindsShort(means, {.clients = 100, .workers = 2, .destinations = 1}), IsEmpty()) << extreme;
    EXPECT_GE(means.MostConnections(), 0);
  }
}

TEST(Means, EverySourceAddressHasItsPortsToEveryDestination) {
  const Means means{.ports = 100, .addresses = 3};
  EXPECT_EQ(means.MostConnections(), 300);
  EXPECT_EQ(MostClients(means, {.destinations = 1}), 300);
  EXPECT_EQ(MostClients(means, {.destinations = 5}), 1500);
  EXPECT_EQ(MostClients(means, {.destinations = 0}), std::nullopt) << "not known";
}

TEST(Means, TheAgentsOwnAddressesOutrankThePlans) {
  const SourceList none;
  const SourceList own = *SourceList::Parse("10.0.0.1");
  const SourceList plans = *SourceList::Parse("10.0.0.2");
  EXPECT_EQ(LocalAddrsFor(own, plans), own);
  EXPECT_EQ(LocalAddrsFor(none, plans), plans);
  EXPECT_EQ(LocalAddrsFor(none, none), none);
}

}  // namespace
}  // namespace wsload
