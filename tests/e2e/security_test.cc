// Certificates, tokens and secrets, with real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

using Flags = std::vector<std::string>;

/// 103: on a busy machine the generator's own lateness shows, which is no matter of this file.
const testing::Matcher<int> kCarriedOut = testing::AnyOf(0, 103);
constexpr char kToken[] = "e2e-token-0123456789abcdef";
constexpr char kWrongToken[] = "e2e-wrong-token-0123456789";
constexpr char kOtherToken[] = "e2e-other-token-0123456789";

std::string FileContent(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Flags Joined(Flags first, const Flags& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// What `wsload certs` makes, and the flags that use it.
class Certs {
 public:
  Certs() {
    Process certs({Binary("wsload"), "certs", dir_.path() + "/tls"});
    EXPECT_EQ(certs.Wait(std::chrono::seconds(20)), 0) << certs.err();
    said_ = certs.out();
  }
  std::string Path(const std::string& name) const { return dir_.path() + "/tls/" + name; }
  const std::string& said() const { return said_; }

  Flags AgentFlags() const {
    return {"-tls-cert=" + Path("agent.pem"), "-tls-key=" + Path("agent-key.pem"), "-tls-client-ca=" + Path("ca.pem")};
  }
  Flags ControllerFlags() const {
    return {"-tls-ca=" + Path("ca.pem"), "-tls-cert=" + Path("controller.pem"),
            "-tls-key=" + Path("controller-key.pem")};
  }

 private:
  const TempDir dir_;
  std::string said_;
};

Flags ShortRun(const Gateway& gateway, const Agent& agent) {
  return {"-agents=" + agent.address(), "-clients=4", "-mps=20", "-duration=1s", "-ramp-up=100ms",
          "-server=" + gateway.url()};
}

TEST(Security, CertificatesAndATokenCarryARun) {
  const Certs certs;
  const TempDir keys;
  const std::string token = "-token-file=" + keys.Write("token", std::string(kToken) + "\n");
  Gateway gateway;
  Agent agent(Joined(certs.AgentFlags(), {token}));
  const Outcome run = RunController(Joined(ShortRun(gateway, agent), Joined(certs.ControllerFlags(), {token})));
  EXPECT_THAT(run.exit_code, kCarriedOut) << run.out << run.err;
  ExpectConserved(run.result);
  EXPECT_THAT(certs.said(), HasSubstr("-tls-client-ca=ca.pem"));
  Process healthy(Joined({Binary("wsload-agent"), "healthcheck", "-listen=" + agent.address()}, certs.AgentFlags()));
  EXPECT_EQ(healthy.Wait(std::chrono::seconds(20)), 0) << healthy.err();
  gateway.Stop();
}

TEST(Security, WhoIsNotLetInIsToldWhyAndPutsNoLoadOnAnybody) {
  const Certs certs;
  const Certs others;
  const TempDir keys;
  const std::string token = "-token-file=" + keys.Write("token", kToken);
  const std::string wrong_token = "-token-file=" + keys.Write("wrong", kWrongToken);
  Gateway gateway;
  Agent agent(Joined(certs.AgentFlags(), {token}));
  const auto refused = [&](const Flags& flags) {
    const Outcome run = RunController(Joined(ShortRun(gateway, agent), flags));
    EXPECT_EQ(run.exit_code, 1) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("agent " + agent.address() + ": "));
    return run.err;
  };
  EXPECT_THAT(refused({token}), HasSubstr("expects TLS; add -tls-ca"));
  EXPECT_THAT(refused({"-tls-ca=" + certs.Path("ca.pem"), token}), HasSubstr("wants a client certificate"));
  EXPECT_THAT(refused(Joined(others.ControllerFlags(), {token})), HasSubstr("is not signed by -tls-ca"));
  EXPECT_THAT(refused({"-tls-ca=" + certs.Path("ca.pem"), "-tls-cert=" + others.Path("controller.pem"),
                       "-tls-key=" + others.Path("controller-key.pem"), token}),
              HasSubstr("does not accept the certificate in -tls-cert"));
  EXPECT_THAT(refused(certs.ControllerFlags()), HasSubstr("wants a token; add -token-file"));
  EXPECT_THAT(refused(Joined(certs.ControllerFlags(), {wrong_token})),
              HasSubstr("refused the token; is -token-file the same on both sides?"));
  Agent plain;
  const Outcome run = RunController(Joined(ShortRun(gateway, plain), certs.ControllerFlags()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("does not speak TLS"));
  const auto truth = gateway.Stop();
  EXPECT_EQ(truth.at("handshakes").at("accepted"), 0);
}

TEST(Security, ANewTokenIsReadOnSighup) {
  const TempDir dir;
  const std::string old_token = "-token-file=" + dir.Write("old", kToken);
  const std::string new_token = "-token-file=" + dir.Write("new", kOtherToken);
  dir.Write("agent", kToken);
  Agent agent({"-token-file=" + dir.path() + "/agent"});
  const auto doctor = [&](const std::string& token) {
    Process process({Binary("wsload"), "doctor", "-agents=" + agent.address(), token});
    return process.Wait(std::chrono::seconds(40));
  };
  EXPECT_EQ(doctor(old_token), 0);
  EXPECT_EQ(doctor(new_token), 1);
  dir.Write("agent", kOtherToken);
  agent.process().Signal(SIGHUP);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(40);
  while (doctor(new_token) != 0 && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_EQ(doctor(old_token), 1);
  dir.Write("agent", "short");
  agent.process().Signal(SIGHUP);
  agent.process().Signal(SIGHUP);
  EXPECT_EQ(doctor(new_token), 0) << "what is no token changes nothing";
  agent.process().Signal(SIGTERM);
  EXPECT_EQ(agent.process().Wait(std::chrono::seconds(30)), 0);
  EXPECT_THAT(agent.process().err(), HasSubstr("is shorter than 16 characters"));
  EXPECT_THAT(agent.process().err(), HasSubstr("read the token again"));
}

TEST(Security, AnAgentLoadsOnlyItsTargets) {
  Gateway gateway;
  Agent agent({"-allow-target=gateway.example:9002"});
  const Outcome run = RunController(ShortRun(gateway, agent));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("is no target that this agent may load; add it to the agent's -allow-target"));
  EXPECT_EQ(gateway.Stop().at("handshakes").at("accepted"), 0);
}

TEST(Security, AnOpenListenerIsRefusedInOneLine) {
  const TempDir keys;
  const Certs certs;
  const auto line = [](const Flags& flags) {
    Process agent(Joined({Binary("wsload-agent"), "-listen=0.0.0.0:0"}, flags));
    EXPECT_EQ(agent.Wait(std::chrono::seconds(20)), 104);
    EXPECT_EQ(std::count(agent.err().begin(), agent.err().end(), '\n'), 1) << agent.err();
    return agent.err();
  };
  EXPECT_THAT(line({}), HasSubstr("add -token-file or -tls-client-ca"));
  EXPECT_THAT(line({"-tls-cert=" + certs.Path("agent.pem"), "-tls-key=" + certs.Path("agent-key.pem")}),
              HasSubstr("add -token-file or -tls-client-ca"))
      << "TLS alone keeps nobody out";
  EXPECT_THAT(line({"-tls-client-ca=" + certs.Path("ca.pem")}), HasSubstr("add -tls-cert and -tls-key"));
  EXPECT_THAT(line({"-token-file=" + keys.Write("short", "secret7")}),
              testing::AllOf(HasSubstr("shorter than 16"), Not(HasSubstr("secret7"))));
}

TEST(Security, WhatKeepsReadersOrStrangersNotOutIsSaid) {
  const TempDir keys;
  const auto log_of = [](const Flags& flags) {
    Process agent(Joined({Binary("wsload-agent"), "-listen=0.0.0.0:0"}, flags));
    EXPECT_TRUE(agent.ReadLine(std::chrono::seconds(20)).has_value());
    agent.Signal(SIGTERM);
    EXPECT_EQ(agent.Wait(std::chrono::seconds(20)), 0);
    return agent.err();
  };
  EXPECT_THAT(log_of({"-token-file=" + keys.Write("token", kToken)}),
              HasSubstr("token and keys cross the network unencrypted; add -tls-cert and -tls-key"));
  EXPECT_THAT(log_of({"-insecure"}), HasSubstr("can run loads from this host (-insecure)"));
}

TEST(Security, WhoIsRefusedDoesNotFillTheLog) {
  const TempDir keys;
  Agent agent({"-token-file=" + keys.Write("token", kToken)});
  for (int i = 0; i < 15; ++i) {
    Process doctor({Binary("wsload"), "doctor", "-agents=" + agent.address()});
    EXPECT_EQ(doctor.Wait(std::chrono::seconds(40)), 1);
  }
  agent.process().Signal(SIGTERM);
  EXPECT_EQ(agent.process().Wait(std::chrono::seconds(30)), 0);
  const std::string log = agent.process().err();
  int lines = 0;
  for (size_t at = log.find(": refused: "); at != std::string::npos; at = log.find(": refused: ", at + 1)) ++lines;
  EXPECT_GE(lines, 10) << log;
  EXPECT_LE(lines, 11) << "ten at once, and one a minute";
}

/// Everything that a run leaves where others may read it.
TEST(Security, SecretsAreNowhereToBeSeen) {
  const Certs certs;
  const TempDir dir;
  const std::string jwt_key = "e2e-jwt-key-hidden-0123456789abc";
  const std::string cipher_key = "e2e-cipher-key-hidden-0123456789";
  const std::string header_value = "e2e-header-hidden-0123";
  const std::string jwt_file = "-jwt-key-file=" + dir.Write("jwt.key", jwt_key);
  const std::string cipher_file = "-cipher-key-file=" + dir.Write("cipher.key", cipher_key);
  const std::string token = "-token-file=" + dir.Write("token", kToken);
  const std::string wrong_token = "-token-file=" + dir.Write("wrong", kWrongToken);
  dir.Write("flags", "-header=X-Api-Key: " + header_value + "\n");

  Gateway gateway({jwt_file, cipher_file});
  Agent agent(Joined(certs.AgentFlags(), {token, "-log-level=debug"}));
  std::string seen;
  const auto run = [&](const Flags& flags, const testing::Matcher<int>& expected) {
    Process controller(Joined(
        {Binary("wsload"), "-flagfile=" + dir.path() + "/flags", "-out=" + dir.path() + "/out", jwt_file, cipher_file},
        Joined(ShortRun(gateway, agent), Joined(certs.ControllerFlags(), flags))));
    controller.ReadLine(std::chrono::seconds(20));
    seen += FileContent("/proc/" + std::to_string(controller.pid()) + "/cmdline");
    EXPECT_THAT(controller.Wait(std::chrono::seconds(60)).value_or(-1), expected)
        << controller.out() << controller.err();
    seen += controller.out() + controller.err();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path() + "/out")) {
      if (entry.is_regular_file()) seen += FileContent(entry.path());
    }
  };
  run({token}, kCarriedOut);
  run({token, "-json"}, kCarriedOut);
  run({wrong_token}, 1);
  run({token, "-server=ws://127.0.0.1:1/ws", "-conn-timeout=1s"}, 1);
  seen += FileContent("/proc/" + std::to_string(agent.process().pid()) + "/cmdline");
  agent.process().Signal(SIGTERM);
  agent.process().Wait(std::chrono::seconds(30));
  seen += agent.process().out() + agent.process().err();
  gateway.Stop();

  ASSERT_THAT(seen, HasSubstr("wsload.result/2"));
  ASSERT_THAT(seen, HasSubstr("refused: a wrong token"));
  std::vector<std::string> secrets = {kToken,       kWrongToken,   jwt_key, cipher_key,
                                      header_value, "PRIVATE KEY", "eyJ" /* how every user token begins */};
  for (const char* key : {"agent-key.pem", "controller-key.pem", "ca-key.pem"}) {
    // The first line of the key itself.
    const std::string pem = FileContent(certs.Path(key));
    secrets.push_back(pem.substr(pem.find('\n') + 1, 64));
  }
  for (const std::string& secret : secrets) {
    ASSERT_GE(secret.size(), 3u);
    EXPECT_EQ(seen.find(secret), std::string::npos)
        << secret << " in: " << seen.substr(seen.find(secret) - std::min<size_t>(80, seen.find(secret)), 160);
  }
}

}  // namespace
}  // namespace wsload::e2e
