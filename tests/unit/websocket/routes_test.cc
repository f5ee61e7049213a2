#include "agent/websocket/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace wsload {
namespace {

using ::testing::ElementsAre;

using Counts = std::map<std::string, int64_t>;

SocketAddress At(const std::string& literal) { return *SocketAddress::FromLiteral(literal, 9002); }

std::vector<SocketAddress> Addresses(const std::string& prefix, int64_t count) {
  std::vector<SocketAddress> addresses;
  for (int64_t i = 1; i <= count; ++i) addresses.push_back(At(prefix + std::to_string(i)));
  return addresses;
}

/// Most minus least; an address that got nothing counts.
int64_t Unevenness(const Counts& counts, int64_t addresses) {
  int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
  for (const auto& [address, count] : counts) {
    least = std::min(least, count);
    most = std::max(most, count);
  }
  if (static_cast<int64_t>(counts.size()) < addresses) least = 0;
  return most - least;
}

std::vector<std::string> Tried(const Routes& routes, int64_t client) {
  std::vector<std::string> tried;
  for (const Routes::Route& route : routes.For(client)) tried.push_back(route.server.Literal());
  return tried;
}

class SpreadTest : public testing::TestWithParam<std::tuple<int, int, int>> {};

TEST_P(SpreadTest, AllTogetherAndEachAgentAreEvenToOne) {
  const auto [servers, sources, agents] = GetParam();
  for (const int64_t clients : {1, 7, 60, 61, 997, 5040}) {
    RunPlan plan;
    plan.clients = clients;
    Counts all;
    for (const Slice& slice : SplitOverAgents(plan, agents)) {
      Routes routes(slice.clients, Addresses("127.0.1.", sources));
      routes.SetServers(Addresses("127.0.2.", servers));
      Counts own, from;
      for (int64_t j = 0; j < slice.clients.count; ++j) {
        const auto tried = routes.For(slice.clients.At(j));
        ASSERT_EQ(tried.size(), 1u) << "one family: no way around an address that fails";
        ++all[tried[0].server.Literal()];
        ++own[tried[0].server.Literal()];
        ++from[tried[0].source->Literal()];
      }
      EXPECT_LE(Unevenness(own, servers), 1) << clients << " clients, agent " << slice.agent_index;
      EXPECT_LE(Unevenness(from, sources), 1) << clients << " clients, agent " << slice.agent_index;
    }
    EXPECT_LE(Unevenness(all, servers), 1) << clients << " clients";
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, SpreadTest,
                         testing::Combine(testing::Values(1, 2, 3, 4, 6, 7, 12), testing::Values(1, 2, 3, 8, 12),
                                          testing::Values(1, 2, 3, 4, 6, 12, 60)));

TEST(RoutesTest, EveryPairOfAddressesIsUsedAlike) {
  for (const int64_t agents : {1, 2, 4, 6}) {
    for (const auto& [servers, sources] : {std::pair{2, 2}, {4, 2}, {2, 4}, {6, 4}, {4, 4}, {3, 5}}) {
      Routes routes({.first = 0, .stride = agents, .count = 100'000}, Addresses("127.0.1.", sources));
      routes.SetServers(Addresses("127.0.2.", servers));
      const int64_t whole = static_cast<int64_t>(servers) * servers * sources * sources;
      Counts pairs;
      for (int64_t j = 0; j < whole; ++j) {
        const auto route = routes.For(j * agents)[0];
        ++pairs[route.source->Literal() + " " + route.server.Literal()];
      }
      EXPECT_EQ(Unevenness(pairs, static_cast<int64_t>(servers) * sources), 0)
          << servers << " servers, " << sources << " sources, " << agents << " agents";
    }
  }
}

TEST(RoutesTest, WorkersOfAnAgentShareItsSpread) {
  const Slice agent = {.clients = {.first = 3, .stride = 5, .count = 1'001}};
  for (const int workers : {1, 2, 3, 4}) {
    Counts from;
    for (const Slice& worker : Divide(agent, workers)) {
      Routes routes(agent.clients, Addresses("127.0.1.", 4));
      routes.SetServers(Addresses("127.0.2.", 2));
      for (int64_t j = 0; j < worker.clients.count; ++j) ++from[routes.For(worker.clients.At(j))[0].source->Literal()];
    }
    EXPECT_LE(Unevenness(from, 4), 1) << workers;
  }
}

TEST(RoutesTest, TheOrderOfALookupAndRepeatsMeanNothing) {
  Routes one({}, {}), other({}, {});
  one.SetServers({At("127.0.0.2"), At("127.0.0.1"), At("127.0.0.3"), At("127.0.0.1")});
  other.SetServers(Addresses("127.0.0.", 3));
  for (int64_t client = 0; client < 9; ++client) EXPECT_EQ(Tried(one, client), Tried(other, client));
}

TEST(RoutesTest, FamiliesAreTwoWaysToOneServer) {
  Routes routes({}, {});
  routes.SetServers({At("::1"), At("127.0.0.1")});
  EXPECT_THAT(Tried(routes, 0), ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(Tried(routes, 1), ElementsAre("::1", "127.0.0.1"));
  EXPECT_EQ(routes.For(0)[0].source, nullptr);
  routes.Report(At("::1"), false);
  EXPECT_THAT(Tried(routes, 1), ElementsAre("::1", "127.0.0.1")) << "nothing is known of the other one";
  routes.Report(At("127.0.0.1"), true);
  EXPECT_THAT(Tried(routes, 1), ElementsAre("127.0.0.1", "::1"));
  routes.Report(At("::1"), true);
  EXPECT_THAT(Tried(routes, 1), ElementsAre("::1", "127.0.0.1"));
}

TEST(RoutesTest, TheFamilyThatIsServedGetsAllEvenly) {
  Routes routes({}, {});
  routes.SetServers({At("::1"), At("127.0.0.1"), At("127.0.0.2"), At("127.0.0.3")});
  Counts served;
  for (int64_t client = 0; client < 1200; ++client) {
    for (const std::string& literal : Tried(routes, client)) {
      const bool works = literal != "::1";
      routes.Report(At(literal), works);
      if (!works) continue;
      ++served[literal];
      break;
    }
  }
  EXPECT_THAT(served,
              ElementsAre(std::pair("127.0.0.1", 400), std::pair("127.0.0.2", 400), std::pair("127.0.0.3", 400)));
}

TEST(RoutesTest, SourcesReachTheirFamilyAlone) {
  Routes routes({}, Addresses("127.0.1.", 2));
  routes.SetServers({At("::1"), At("127.0.0.1")});
  EXPECT_THAT(Tried(routes, 1), ElementsAre("127.0.0.1"));
  routes.SetServers({At("::1")});
  EXPECT_TRUE(routes.empty());
}

TEST(RoutesTest, AClientThatWasTakenOverHasItsPlaceToo) {
  Routes routes({.first = 2, .stride = 3, .count = 10}, Addresses("127.0.1.", 2));
  routes.SetServers(Addresses("127.0.2.", 3));
  Routes lost({.first = 0, .stride = 3, .count = 10}, {});
  lost.SetServers(Addresses("127.0.2.", 3));
  for (int64_t client = 0; client < 30; client += 3) {
    EXPECT_EQ(Tried(routes, client), Tried(lost, client)) << "a client's server does not depend on who dials it";
    EXPECT_NE(routes.For(client)[0].source, nullptr);
  }
}

}  // namespace
}  // namespace wsload
