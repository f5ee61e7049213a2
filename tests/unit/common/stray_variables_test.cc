#include "common/flags/stray_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kControllers = {"clients", "conn-timeout", "agent-lease", "agents", "token", "lang"};
const std::vector<std::string> kAgents = {"listen", "workers", "lang"};

/// In English; that the Chinese lines are Chinese is expected on the way.
std::vector<std::string> Told(const Environment& environment, std::string_view prefix,
                              const std::vector<std::string>& names) {
  const std::vector<LocalString> lines = StrayVariables(environment, prefix, names);
  for (const LocalString& line : lines) EXPECT_TRUE(IsChinese(line.In(Language::kChinese)));
  return TextsIn(Language::kEnglish, lines);
}

TEST(StrayVariables, AreNamedWithTheNearestFlag) {
  EXPECT_THAT(Told({{"WSLOAD_CLINTS", "s3cret"}, {"WSLOAD_CONNTIMEOUT", "1s"}, {"WSLOAD_BANANAS", "1"}}, "WSLOAD",
                   kControllers),
              ElementsAre("WSLOAD_BANANAS: no flag has this variable, so that it changes nothing (-helpfull lists the "
                          "flags)",
                          "WSLOAD_CLINTS: no flag has this variable, so that it changes nothing; did you mean "
                          "WSLOAD_CLIENTS?",
                          "WSLOAD_CONNTIMEOUT: no flag has this variable, so that it changes nothing; did you mean "
                          "WSLOAD_CONN_TIMEOUT?"));
  EXPECT_THAT(Told({{"WSLOAD_clients", "5"}}, "WSLOAD", kControllers),
              ElementsAre("WSLOAD_clients: no flag has this variable, so that it changes nothing; did you mean "
                          "WSLOAD_CLIENTS?"));
}

TEST(StrayVariables, LeaveOthersAlone) {
  EXPECT_THAT(Told({{"WSLOAD_CLIENTS", "5"},
                    {"WSLOAD_TOKEN", "t"},
                    {"WSLOAD_LANG", "zh"},
                    {"WSLOAD_CLINTS", ""},
                    {"CLINTS", "5"},
                    {"WSLOADER", "5"},
                    {"WSLOAD_AGENT_LISTEN", "x"},
                    {"WSLOAD_AGENT_LEASE", "2s"},
                    {"WSLOAD_GATEWAY_ACK_DELAY", "5ms"},
                    {"WSLOAD_SELFTEST_JSON", "1"},
                    {"WSLOAD_CERTS_DAYS", "1"},
                    {"WSLOAD_IMAGE", "wsload:1"},
                    {"WSLOAD_TEST_OPTIONS", "x"}},
                   "WSLOAD", kControllers),
              IsEmpty());
  EXPECT_THAT(Told({{"WSLOAD_AGENT_LEASE", "2s"},
                    {"WSLOAD_CLIENTS", "5"},
                    {"WSLOAD_TOKEN", "t"},
                    {"WSLOAD_LANG", "zh"},
                    {"WSLOAD_AGENT_SERVICE_HOST", "10.0.0.1"},
                    {"WSLOAD_AGENT_SERVICE_PORT_GRPC", "7400"},
                    {"WSLOAD_AGENT_PORT", "tcp://10.0.0.1:7400"},
                    {"WSLOAD_AGENT_PORT_7400_TCP_PROTO", "tcp"}},
                   "WSLOAD_AGENT", {"listen", "workers"}),
              IsEmpty());
}

TEST(StrayVariables, WithoutTheProgramsNameAreNamed) {
  EXPECT_THAT(Told({{"WSLOAD_LISTEN", "x"}}, "WSLOAD_AGENT", kAgents),
              ElementsAre("WSLOAD_LISTEN: is for wsload itself and changes nothing here; write WSLOAD_AGENT_LISTEN"));
  EXPECT_THAT(Told({{"WSLOAD_WORKERS", "2"}, {"WSLOAD_AGENT_WORKERS", "1"}}, "WSLOAD_AGENT", kAgents), IsEmpty());
}

}  // namespace
}  // namespace wsload
