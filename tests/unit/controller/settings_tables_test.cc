// The tables of settings beside the plan's: those of the controller and of the agent.
#include <gtest/gtest.h>

#include "agent/service/agent_flags.h"
#include "controller/commands/access_flags.h"
#include "controller/output/output_options.h"
#include "controller/result/judge_options.h"
#include "tests/support/expect_fields.h"

namespace wsload {
namespace {

TEST(SettingsTables, HaveARowForEveryMember) {
  ExpectComplete(AccessFields());
  ExpectComplete(JudgeFields());
  ExpectComplete(OutputFields());
  ExpectComplete(AgentFields());
}

}  // namespace
}  // namespace wsload
