#include "controller/link/expand_agents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<std::vector<std::string>> FakeDns(const std::string& host) {
  if (host == "agents") return std::vector<std::string>{"10.0.0.1", "10.0.0.2", "fd00::3"};
  return LocalStatus(absl::StatusCode::kUnavailable, FillLocal({"cannot resolve {}", "无法解析 {}"}, host));
}

TEST(ExpandAgentsTest, TakesAListOfAddresses) {
  const auto agents = ExpandAgents("h1:7400, 10.0.0.7:7401 ,[::1]:7402", FakeDns);
  ASSERT_TRUE(agents.ok()) << agents.status();
  EXPECT_THAT(*agents, ElementsAre(AgentAddress{"h1:7400", "h1"}, AgentAddress{"10.0.0.7:7401", "10.0.0.7"},
                                   AgentAddress{"[::1]:7402", "::1"}));
}

TEST(ExpandAgentsTest, MakesAnAgentOfEachAddressOfADnsNameWhichItsCertificateIsFor) {
  const auto agents = ExpandAgents("dns:///agents:7400,h1:7400", FakeDns);
  ASSERT_TRUE(agents.ok()) << agents.status();
  EXPECT_THAT(*agents, ElementsAre(AgentAddress{"10.0.0.1:7400", "agents"}, AgentAddress{"10.0.0.2:7400", "agents"},
                                   AgentAddress{"[fd00::3]:7400", "agents"}, AgentAddress{"h1:7400", "h1"}));
}

TEST(ExpandAgentsTest, RefusesWithOneLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "empty entry"},
      {"h1:7400,", "empty entry"},
      {"h1:7400,,h2:7400", "empty entry"},
      {"h1", "h1"},
      {"h1:0", "h1:0"},
      {"h1:99999", "h1:99999"},
      {"h1:7400,h1:7400", "named twice"},
      {"dns:///agents:7400,10.0.0.2:7400", "10.0.0.2:7400 is named twice"},
      {"dns:///agents", "dns:///agents"},
      {"dns:///nobody:7400", "cannot resolve nobody"},
      {"http://h1:7400", "no URL; write h1:7400"},
      {"https://user:secret@h1:7400/x", "no URL; write h1:7400"},
      {"http://h1", "no URL; write host:port"},
      {"dns://agents:7400", "no URL; write dns:///agents:7400"},
      {"user:secret@h1:7400", "\"@h1:7400\": a user name has no place here"}};
  for (const auto& [flag, part] : cases) {
    const auto agents = ExpandAgents(flag, FakeDns);
    ASSERT_FALSE(agents.ok()) << flag;
    const std::string text = TextInBoth(agents.status());
    EXPECT_THAT(text, HasSubstr("-agents")) << flag;
    EXPECT_THAT(text, HasSubstr(part)) << flag;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

TEST(ExpandAgentsTest, ResolvesLiteralsWithoutADnsServer) {
  const auto addresses = ResolveHost("127.0.0.1");
  ASSERT_TRUE(addresses.ok()) << addresses.status();
  EXPECT_THAT(*addresses, ElementsAre("127.0.0.1"));
}

}  // namespace
}  // namespace wsload
