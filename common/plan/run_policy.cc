#include "common/plan/run_policy.h"

namespace wsload {
namespace {

constexpr Field<RunPolicy> kPolicyFields[] = {
    {MemberOf<&RunPolicy::on_agent_loss>(),
     {.name = "on_agent_loss",
      .flag = "on-agent-loss",
      .help = {"fail: the run ends; continue: without it; rebalance: the others take over",
               "压测节点失联时：fail 结束运行；continue 不带它继续；rebalance 由其余节点接管"},
      .example = "rebalance"}},
    {MemberOf<&RunPolicy::agent_lease_ns>(),
     {.name = "agent_lease_ns",
      .flag = "agent-lease",
      .help = {"an agent that hangs stops by itself after it", "挂起的压测节点最多在这段时间后自行停止"},
      .unit = Unit::kNanoseconds,
      .least = kNsPerSecond,
      .most = 30 * kNsPerSecond,
      .example = "5s"}},
    {MemberOf<&RunPolicy::check_server>(),
     {.name = "check_server",
      .flag = "check-server",
      .help = {"begin only when every agent can open a connection to the server",
               "仅当每个压测节点都能连上服务器时才开始"}}},
};

}  // namespace

Fields<RunPolicy> PolicyFields() { return kPolicyFields; }

}  // namespace wsload
