// The message path in steady state, on real sockets: not one allocation.
#include <gtest/gtest.h>

#include "tests/bench/engine_client.h"
#include "tests/gateway/mock_gateway.h"
#include "tests/support/count_allocations.h"

namespace wsload {
namespace {

class AllocationTest : public testing::TestWithParam<std::pair<Protocol, Serializer>> {};

TEST_P(AllocationTest, RoundTripsAllocateNothing) {
  gateway::GatewayOptions options;
  options.echo = GetParam().first == Protocol::kEcho;
  options.serializer = GetParam().second;
  auto gateway = gateway::MockGateway::Start(options);
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  RunPlan plan;
  plan.server = *ServerUrl::Parse((*gateway)->url());
  plan.protocol = GetParam().first;
  plan.serializer = GetParam().second;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  bench::EngineClient client(plan, 20);
  // Buffers grow to their size first, up to message keys of four digits.
  client.Run(5'000);
  const int64_t before = ThreadAllocations();
  client.Run(10'000);
  EXPECT_EQ(ThreadAllocations() - before, 0);
}

INSTANTIATE_TEST_SUITE_P(Wire, AllocationTest,
                         testing::Values(std::pair{Protocol::kGateway, Serializer::kJson},
                                         std::pair{Protocol::kGateway, Serializer::kProto},
                                         std::pair{Protocol::kEcho, Serializer::kJson}));

}  // namespace
}  // namespace wsload
