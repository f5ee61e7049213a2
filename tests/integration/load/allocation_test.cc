// The message path in steady state, on real sockets: not one allocation.
#include <gtest/gtest.h>

#include "tests/bench/engine_client.h"
#include "tests/gateway/mock_gateway.h"
#include "tests/support/count_allocations.h"

namespace wsload {
namespace {

struct WireCase {
  Protocol protocol;
  Serializer serializer;
  Compression compress = Compression::kOff;
  PushMode push = PushMode::kOff;
};

class AllocationTest : public testing::TestWithParam<WireCase> {};

TEST_P(AllocationTest, RoundTripsAllocateNothing) {
  gateway::GatewayOptions options;
  options.echo = GetParam().protocol == Protocol::kEcho;
  options.serializer = GetParam().serializer;
  options.compress = GetParam().compress;
  auto gateway = gateway::MockGateway::Start(options);
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  RunPlan plan;
  plan.server = *ServerUrl::Parse((*gateway)->url());
  plan.protocol = GetParam().protocol;
  plan.serializer = GetParam().serializer;
  plan.compress = GetParam().compress;
  plan.push = GetParam().push;
  if (plan.push == PushMode::kStamp) plan.push_to = *PushAudience::Parse("all");
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  bench::EngineClient client(plan, 20);
  // Buffers grow to their size first, up to message keys of four digits.
  client.Run(5'000);
  const int64_t before = ThreadAllocations();
  client.Run(10'000);
  EXPECT_EQ(ThreadAllocations() - before, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Wire, AllocationTest,
    testing::Values(WireCase{Protocol::kGateway, Serializer::kJson}, WireCase{Protocol::kGateway, Serializer::kProto},
                    WireCase{Protocol::kEcho, Serializer::kJson},
                    WireCase{Protocol::kGateway, Serializer::kJson, Compression::kContext},
                    WireCase{Protocol::kGateway, Serializer::kJson, Compression::kOff, PushMode::kStamp},
                    WireCase{Protocol::kEcho, Serializer::kJson, Compression::kOff, PushMode::kStamp},
                    WireCase{Protocol::kGateway, Serializer::kJson, Compression::kNoContext}));

}  // namespace
}  // namespace wsload
