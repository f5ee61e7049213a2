// Whoever writes a flag wrongly and speaks Chinese is told so in Chinese, whatever the flag and the fault are.
#include <gtest/gtest.h>

#include "agent/service/agent_flags.h"
#include "common/flags/flag_set.h"
#include "common/plan/plan_fields.h"
#include "common/plan/run_policy.h"
#include "controller/commands/access_flags.h"
#include "controller/commands/run_flags.h"
#include "controller/output/output_options.h"
#include "controller/result/judge_options.h"
#include "tests/support/wrong_flags.h"

namespace wsload {
namespace {

absl::Status ReadRun(const CommandLine& args) { return ParseRunFlags(args, {}).status(); }

absl::Status ReadAgent(const CommandLine& args) {
  AgentFlags flags;
  FlagSet set("wsload-agent", "WSLOAD_AGENT");
  BindFields(set, AgentFields(), flags);
  if (absl::Status parsed = set.Parse(args, {}); !parsed.ok()) return parsed;
  if (absl::Status checked = CheckAgentFlags(set, flags); !checked.ok()) return checked;
  return ReadServerSecurity(flags, {}).status();
}

TEST(ChineseFlags, EveryFlagOfARun) {
  ExpectChineseErrors(PlanFields(), ReadRun);
  ExpectChineseErrors(AccessFields(), ReadRun);
  ExpectChineseErrors(PolicyFields(), ReadRun);
  ExpectChineseErrors(JudgeFields(), ReadRun);
  ExpectChineseErrors(OutputFields(), ReadRun);
}

TEST(ChineseFlags, EveryFlagOfAnAgent) { ExpectChineseErrors(AgentFields(), ReadAgent); }

TEST(ChineseFlags, WhatDoesNotGoTogetherInARun) {
  const CommandLine lines[] = {{"-protocol=echo", "-cipher=aes"},
                               {"-protocol=echo", "-serializer=json"},
                               {"-cipher=none", "-cipher-key-file=/dev/null"},
                               {"-cipher-key-file=/nonexistent"},
                               {"-jwt-key-file=/dev/null"},
                               {"-jwt-key-file=/"},
                               {"-jwt-issuer=" + std::string(300, 'x')},
                               {"-server=wss://h/", "-ca-file=/dev/null", "-insecure-skip-verify"},
                               {"-server=wss://h/", "-ca-file=/dev/null"},
                               {"-server=wss://h/", "-ca-file=/nonexistent"},
                               {"-server=wss://h/", "-ca-file=/proc/self/status"},
                               {"-insecure-skip-verify"},
                               {"-threshold="},
                               {"-repeat=2", "-json"},
                               {"-out="},
                               {"-tls-ca=x"},
                               {"-token-file=x"},
                               {"-agents=h:1", "-tls-cert=x"},
                               {"-agents=h:1", "-tls-ca=/nonexistent"},
                               {"-agents=h:1", "-tls-ca=/dev/null"},
                               {"-agents=h:1", "-token-file=/dev/null"},
                               {"-dashboard=0.0.0.0:1"},
                               {"-dashboard=x"},
                               {"-first-user-id=9223372036854775807"},
                               {"-server=ws://h/?token=1"},
                               {"-threshold=p(99.9)<1ms", "-mps=1", "-duration=1s"},
                               {"-threshold=connect_p(99.99)<1s"},
                               {"-threshold=rate>=100000/s"},
                               {"left-over"},
                               {"ws://h/"},
                               {"-json", "true"},
                               {"-header=A: b", "c"},
                               {"-json=maybe"},
                               {"-nojson=1"},
                               {"-flagfile"},
                               {"-flagfile=/nonexistent"},
                               {"-flagfile=/"},
                               {"-cliens=5"},
                               {"-bananas"},
                               {"-" + std::string(100, 'x')},
                               {"-local-addrs=::1", "-server=ws://127.0.0.1:1"},
                               {"-close-code=1004"}};
  for (const CommandLine& line : lines) {
    const absl::Status status = ReadRun(line);
    EXPECT_FALSE(status.ok()) << line.front();
    TextInBoth(status);
  }
}

TEST(ChineseFlags, WhatDoesNotGoTogetherOnAnAgent) {
  const CommandLine lines[] = {{"-listen=0.0.0.0:1"},
                               {"-tls-client-ca=x"},
                               {"-tls-cert=x"},
                               {"-tls-key=x"},
                               {"-tls-cert=/nonexistent", "-tls-key=/nonexistent"},
                               {"-tls-cert=/dev/null", "-tls-key=/dev/null"},
                               {"-token-file=/nonexistent"},
                               {"-token-file=/dev/null"},
                               {"-metrics=127.0.0.1:7400"},
                               {"-local-addrs=203.0.113.7"},
                               {"-name=a\x01"},
                               {"left-over"}};
  for (const CommandLine& line : lines) {
    const absl::Status status = ReadAgent(line);
    EXPECT_FALSE(status.ok()) << line.front();
    TextInBoth(status);
  }
}

TEST(ChineseFlags, WhatIsSaidOfFlagsWithoutEffect) {
  const auto line = ParseRunFlags({"-lang=zh_CN", "-mps=5", "-mps=6", "-agent-lease=2s", "-quiet", "-stats-interval=1s",
                                   "-abort-on-fail", "-repeat-all", "-linger=1s"},
                                  {{"WSLOAD_CLINTS", "5"}, {"WSLOAD_BANANAS", "5"}});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->notices.size(), 8u);
  for (const std::string& notice : line->notices) EXPECT_TRUE(IsChinese(notice));
}

}  // namespace
}  // namespace wsload
