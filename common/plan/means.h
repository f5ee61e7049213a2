// Whether a slice of a run fits an agent: asked by the controller before a run,
// and by the agent again when the slice is assigned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/lang/statement.h"
#include "common/net/source_list.h"
#include "common/plan/run_plan.h"
#include "wsload/v1/describe.pb.h"

namespace wsload {

/// What bounds the clients of one run. Zero or less: no bound, or none known.
struct Means {
  int64_t max_clients = 0;       ///< -max-clients
  int64_t descriptors_soft = 0;  ///< limit of open files in force
  int64_t descriptors_hard = 0;  ///< up to which it may be raised
  int64_t descriptors_in_use = 0;
  int64_t ports = 0;      ///< local ports for connections to one destination, per source address
  int64_t addresses = 1;  ///< source addresses that connections are made from, in turn
  int64_t memory_available_bytes = 0;
  int64_t threads_left = 0;  ///< that may be made beside those that are

  /// ports * addresses, without overflow: to one destination.
  int64_t MostConnections() const;

  friend bool operator==(const Means&, const Means&) = default;
};

v1::Means ToProto(const Means& means);
Means FromProto(const v1::Means& proto);

/// What a slice of a run takes.
struct Needs {
  int64_t clients = 0;
  int64_t workers = 1;
  bool tls = false;
  /// Of permessage-deflate, per client.
  int64_t compression_bytes = 0;
  /// Connections to a back end (-push-url).
  int64_t posting = 0;
  /// Of all clients, to know pushes again (-push=stamp).
  int64_t push_bytes = 0;
  /// Addresses of the server, over which connections are spread: 1 when -server names an address; a name may have
  /// several. 0: not known.
  int64_t destinations = 0;

  int64_t Descriptors(int64_t in_use) const;
  int64_t MemoryBytes() const;
  /// More than an agent without a run has.
  int64_t Threads() const;
};

/// The destinations are judged by the URL alone.
Needs NeedsOf(const RunPlan& plan, int64_t clients, int64_t workers);

/// What a slice's messages on their way may take of `available_bytes`, a host's (0: not known): half of what its
/// clients leave, and never less than a single message may need.
int64_t MessageMemory(int64_t available_bytes, const Needs& needs);

/// Source addresses of a run: an agent's own -local-addrs describe its host and go before the plan's.
const SourceList& LocalAddrsFor(const SourceList& agent_addrs, const SourceList& plan_addrs);

/// kTooManyClients, kTooFewDescriptors, kTooFewPorts, kTooLittleMemory, kTooFewThreads: those that apply, with no agent
/// named.
std::vector<Statement> FindShortages(const Means& means, const Needs& needs);

/// The most clients without a shortage, all other needs as they are. Nothing when nothing is known to bound them.
std::optional<int64_t> MostClients(const Means& means, const Needs& needs);

/// OK, or kResourceExhausted with all shortages in one line.
absl::Status CheckMeans(const Means& means, const Needs& needs);

}  // namespace wsload
