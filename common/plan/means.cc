#include "common/plan/means.h"

#include <algorithm>
#include <limits>

#include "common/net/socket_address.h"
#include "common/plan/compression.h"
#include "common/plan/push_memory_bound.h"
#include "common/util/local_error.h"
#include "common/util/saturating.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

// Logs, files, name lookups, control streams that open later.
constexpr int64_t kSpareDescriptors = 32;
// A worker's event loop.
constexpr int64_t kDescriptorsPerWorker = 5;
// Its own, and one that looks the server's name up.
constexpr int64_t kThreadsPerWorker = 2;
// The collector's, and what gRPC starts when it has work.
constexpr int64_t kSpareThreads = 6;
// A client with its socket: ours, and the kernel's when it is idle.
constexpr int64_t kBytesPerClient = 8 << 10;
constexpr int64_t kTlsBytesPerClient = 32 << 10;
constexpr int64_t kLeastMessageMemory = 64 << 20;
constexpr int64_t kUnknownMessageMemory = 1 << 30;

bool IsAddress(const std::string& host) { return SocketAddress::FromLiteral(host, 0).has_value(); }

/// What is below 1 counts as 1.
int64_t Times(int64_t a, int64_t b) { return SaturatingMultiply(std::max<int64_t>(1, a), std::max<int64_t>(1, b)); }

int64_t BytesPerClient(const Needs& needs) {
  return kBytesPerClient + (needs.tls ? kTlsBytesPerClient : 0) + needs.compression_bytes;
}

int64_t PushBytes(const RunPlan& plan, int64_t clients) {
  if (plan.push == PushMode::kOff) return 0;
  return kPushBytesPerPair *
         std::min(kMostPushPairs, SaturatingMultiply(clients, plan.push_to.MostOf(plan.clients) + 1));
}

/// To all destinations; nothing when that is not bounded, or not known.
std::optional<int64_t> MostConnections(const Means& means, const Needs& needs) {
  if (means.ports <= 0 || needs.destinations <= 0) return std::nullopt;
  return Times(means.MostConnections(), needs.destinations);
}

}  // namespace

int64_t Means::MostConnections() const { return ports > 0 ? Times(ports, addresses) : 0; }

v1::Means ToProto(const Means& means) {
  v1::Means proto;
  proto.set_max_clients(means.max_clients);
  proto.set_descriptors_soft(means.descriptors_soft);
  proto.set_descriptors_hard(means.descriptors_hard);
  proto.set_descriptors_in_use(means.descriptors_in_use);
  proto.set_ports(means.ports);
  proto.set_addresses(means.addresses);
  proto.set_memory_available_bytes(means.memory_available_bytes);
  proto.set_threads_left(means.threads_left);
  return proto;
}

Means FromProto(const v1::Means& proto) {
  return {.max_clients = proto.max_clients(),
          .descriptors_soft = proto.descriptors_soft(),
          .descriptors_hard = proto.descriptors_hard(),
          .descriptors_in_use = std::clamp<int64_t>(proto.descriptors_in_use(), 0, std::numeric_limits<int32_t>::max()),
          .ports = proto.ports(),
          .addresses = proto.addresses(),
          .memory_available_bytes = proto.memory_available_bytes(),
          .threads_left = proto.threads_left()};
}

int64_t Needs::Descriptors(int64_t in_use) const {
  return clients + in_use + posting + kSpareDescriptors + workers * kDescriptorsPerWorker;
}

int64_t Needs::Threads() const { return workers * kThreadsPerWorker + kSpareThreads; }

int64_t Needs::MemoryBytes() const { return clients * BytesPerClient(*this) + push_bytes; }

Needs NeedsOf(const RunPlan& plan, int64_t clients, int64_t workers) {
  const WsUrl& url = plan.server.url();
  return {.clients = clients,
          .workers = workers,
          .tls = url.secure,
          .compression_bytes = CompressionBytesPerClient(plan.compress, SizesOf(plan).largest()),
          .posting = plan.push_url.empty() ? 0 : workers * kMostPostConnections,
          .push_bytes = PushBytes(plan, clients),
          .destinations = IsAddress(url.host) || AsciiLower(url.host) == "localhost" ? 1 : 0};
}

int64_t MessageMemory(int64_t available_bytes, const Needs& needs) {
  if (available_bytes <= 0) return kUnknownMessageMemory;
  return std::max(kLeastMessageMemory, (available_bytes - needs.MemoryBytes()) / 2);
}

const SourceList& LocalAddrsFor(const SourceList& agent_addrs, const SourceList& plan_addrs) {
  return agent_addrs.empty() ? plan_addrs : agent_addrs;
}

std::vector<Statement> FindShortages(const Means& means, const Needs& needs) {
  using Kind = StatementKind;
  std::vector<Statement> shortages;
  if (means.max_clients > 0 && needs.clients > means.max_clients) {
    shortages.push_back({Kind::kTooManyClients, {needs.clients, means.max_clients}});
  }
  if (const int64_t needed = needs.Descriptors(means.descriptors_in_use);
      means.descriptors_soft > 0 && needed > means.descriptors_soft) {
    shortages.push_back({Kind::kTooFewDescriptors, {needs.clients, needed, means.descriptors_soft}});
  }
  if (const std::optional<int64_t> most = MostConnections(means, needs); most && needs.clients > *most) {
    shortages.push_back({Kind::kTooFewPorts, {needs.clients, *most}});
  }
  if (const int64_t needed = needs.MemoryBytes();
      means.memory_available_bytes > 0 && needed > means.memory_available_bytes) {
    shortages.push_back({Kind::kTooLittleMemory, {needs.clients, needed, means.memory_available_bytes}});
  }
  if (const int64_t needed = needs.Threads(); means.threads_left > 0 && needed > means.threads_left) {
    shortages.push_back({Kind::kTooFewThreads, {needs.workers, needed, means.threads_left}});
  }
  return shortages;
}

std::optional<int64_t> MostClients(const Means& means, const Needs& needs) {
  std::optional<int64_t> most;
  const auto bound = [&most](int64_t clients) {
    most = std::max<int64_t>(0, std::min(most.value_or(clients), clients));
  };
  Needs nobody = needs;
  nobody.clients = 0;
  if (means.max_clients > 0) bound(means.max_clients);
  if (means.descriptors_soft > 0) bound(means.descriptors_soft - nobody.Descriptors(means.descriptors_in_use));
  if (const std::optional<int64_t> connections = MostConnections(means, needs)) bound(*connections);
  if (means.memory_available_bytes > 0)
    bound((means.memory_available_bytes - needs.push_bytes) / BytesPerClient(needs));
  return most;
}

absl::Status CheckMeans(const Means& means, const Needs& needs) {
  LocalString line;
  for (const Statement& shortage : FindShortages(means, needs)) {
    if (!line.empty()) line += {"; ", "；"};
    line += StatementLines(shortage);
  }
  return line.empty() ? absl::OkStatus() : LocalStatus(absl::StatusCode::kResourceExhausted, line);
}

}  // namespace wsload
