#include "common/plan/slice.h"

#include <algorithm>

#include "common/util/check.h"

namespace wsload {

Slice WholeRun(const RunPlan& plan) {
  Slice slice;
  slice.clients.count = plan.clients;
  slice.messages.count = ScheduleOf(plan).total();
  return slice;
}

std::vector<Slice> Divide(const Slice& slice, int parts) {
  WSLOAD_CHECK(parts >= 1, "a slice is divided into {} parts", parts);
  // Clients are dealt from part 0 on, so the parts that have one are the first `senders`.
  const int64_t senders = slice.clients.count == 0 ? parts : std::min<int64_t>(parts, slice.clients.count);
  std::vector<Slice> result;
  result.reserve(static_cast<size_t>(parts));
  for (int part = 0; part < parts; ++part) {
    Slice own = slice;
    own.clients = slice.clients.Part(part, parts);
    own.messages = part < senders ? slice.messages.Part(part, senders) : Progression{};
    result.push_back(own);
  }
  return result;
}

std::vector<Slice> SplitOverAgents(const RunPlan& plan, int agents) {
  std::vector<Slice> slices = Divide(WholeRun(plan), agents);
  for (int agent = 0; agent < agents; ++agent) {
    slices[static_cast<size_t>(agent)].agent_index = agent;
    slices[static_cast<size_t>(agent)].agent_count = agents;
  }
  return slices;
}

}  // namespace wsload
