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
    {MemberOf<&RunPolicy::repeat>(),
     {.name = "repeat",
      .flag = "repeat",
      .help = {"runs, one after the other; with thresholds fewer when more than half agree and none differs",
               "依次压测的次数；设有阈值时，过半结果一致且无一不同即提前结束"},
      .least = 1,
      .most = 100,
      .example = "5"}},
    {MemberOf<&RunPolicy::repeat_all>(),
     {.name = "repeat_all",
      .flag = "repeat-all",
      .help = {"carry out all runs of -repeat, whatever the first say", "执行 -repeat 的全部压测，不提前结束"}}},
};

}  // namespace

Fields<RunPolicy> PolicyFields() { return kPolicyFields; }

}  // namespace wsload
