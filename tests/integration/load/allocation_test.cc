// The message path in steady state, on real sockets: not one allocation.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/bench/engine_client.h"
#include "tests/gateway/mock_gateway.h"

namespace {

// Of the thread that asks, not of the gateway's beside it.
thread_local int64_t allocations = 0;

void* Allocate(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

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
  plan.server = (*gateway)->url();
  plan.protocol = GetParam().first;
  plan.serializer = GetParam().second;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  bench::EngineClient client(plan, 20);
  // Buffers grow to their size first, up to message keys of four digits.
  client.Run(5'000);
  const int64_t before = allocations;
  client.Run(10'000);
  EXPECT_EQ(allocations - before, 0);
}

INSTANTIATE_TEST_SUITE_P(Wire, AllocationTest,
                         testing::Values(std::pair{Protocol::kGateway, Serializer::kJson},
                                         std::pair{Protocol::kGateway, Serializer::kProto},
                                         std::pair{Protocol::kEcho, Serializer::kJson}));

}  // namespace
}  // namespace wsload
