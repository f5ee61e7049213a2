// Looking before leaping: wsload doctor, and what a run refuses to begin with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "tests/e2e/cluster.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"

namespace wsload::e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Outcome RunDoctor(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {Binary("wsload"), "doctor"});
  Process process(flags);
  Outcome outcome;
  outcome.exit_code = process.Wait(std::chrono::seconds(40)).value_or(-1);
  outcome.out = process.out();
  outcome.err = process.err();
  return outcome;
}

/// wsload-agent under a limit of open files.
class LimitedAgent {
 public:
  explicit LimitedAgent(int descriptors)
      : process_({"/bin/sh", "-c",
                  "ulimit -n " + std::to_string(descriptors) + "; exec " + Binary("wsload-agent") +
                      " -listen=127.0.0.1:0"}) {
    const std::string line = process_.ReadLine(std::chrono::seconds(20)).value_or("");
    address_ = line.substr(line.rfind(' ') + 1);
  }
  const std::string& address() const { return address_; }

 private:
  Process process_;
  std::string address_;
};

/// A server that is asked for one connection after the other, and gives each the same answer.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer, std::optional<TlsIdentity> tls = {})
      : server_(
            [answer = std::move(answer)](ScriptedServer::Peer& peer) {
              peer.ReadRequest();
              peer.Send(answer);
            },
            std::move(tls)) {}
  std::string url(const char* scheme = "ws") const {
    return std::string(scheme) + "://localhost:" + std::to_string(server_.port()) + "/ws";
  }

 private:
  ScriptedServer server_;
};

int64_t Handshakes(Gateway& gateway) { return gateway.Stop().at("handshakes").at("accepted").get<int64_t>(); }

TEST(Doctor, AllIsWell) {
  Gateway gateway;
  const auto agents = StartAgents(3);
  const Outcome doctor = RunDoctor({AgentsFlag(agents), "-clients=100", "-server=" + gateway.url()});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out << doctor.err;
  for (const auto& agent : agents) EXPECT_THAT(doctor.out, HasSubstr(agent->address()));
  EXPECT_THAT(doctor.out, ContainsRegex("1 x [0-9]+ = [0-9]+"));
  EXPECT_THAT(doctor.out, HasSubstr("3 of 3 agents are ready"));
  const auto truth = gateway.Stop();
  EXPECT_EQ(truth.at("handshakes").at("accepted"), 0) << "it looks, it does not load";
  EXPECT_EQ(truth.at("handshakes").at("checks"), 3) << "one connection from each agent";
}

TEST(Doctor, LooksAtThisHostWithoutAgents) {
  const Outcome doctor = RunDoctor({});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out << doctor.err;
  EXPECT_THAT(doctor.out, HasSubstr("embedded"));
}

TEST(Doctor, WarnsWhenNobodyCouldTakeAShareOver) {
  Gateway gateway;
  Agent one({"-max-clients=5"});
  Agent two({"-max-clients=8"});
  const std::vector<std::string> flags = {"-agents=" + one.address() + "," + two.address(),
                                          "-clients=8",
                                          "-mps=20",
                                          "-duration=1s",
                                          "-ramp-up=100ms",
                                          "-server=" + gateway.url()};
  std::vector<std::string> rebalance = flags;
  rebalance.push_back("-on-agent-loss=rebalance");
  const std::string line = "agent " + one.address() + ": it would have 8 clients after the loss of another agent, 4 ";
  const Outcome doctor = RunDoctor(rebalance);
  EXPECT_EQ(doctor.exit_code, 0) << doctor.out << doctor.err;
  EXPECT_THAT(doctor.out, HasSubstr("! " + line));
  EXPECT_THAT(doctor.out, Not(HasSubstr(two.address() + ": it would have")));
  const Outcome run = RunController(rebalance);
  EXPECT_THAT(run.exit_code, testing::AnyOf(0, 103)) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("! " + line));
  ASSERT_EQ(run.result.at("warnings").size(), 1u);
  const nlohmann::json& warning = run.result.at("warnings").at(0);
  EXPECT_EQ(warning.at("kind"), "no_headroom");
  EXPECT_EQ(warning.at("args"),
            nlohmann::json({{"agent", one.address()}, {"clients_after_loss", 8}, {"clients", 4}, {"most_clients", 5}}));
  EXPECT_THAT(warning.at("text").get<std::string>(), HasSubstr(line));
  EXPECT_EQ(RunController(flags).result.at("warnings").size(), 0u) << "nobody was to take anything over";
}

TEST(Doctor, NamesEveryTroubleAndItsMend) {
  Gateway gateway;
  Agent few({"-max-clients=5"});
  const LimitedAgent low(200);
  const std::string foreign = gateway.url().substr(5, gateway.url().find('/', 5) - 5);
  const Outcome doctor = RunDoctor({"-agents=" + few.address() + "," + low.address() + "," + foreign + ",127.0.0.1:1",
                                    "-clients=2000", "-server=ws://127.0.0.1:1/ws"});
  EXPECT_EQ(doctor.exit_code, 1);
  EXPECT_THAT(doctor.out, HasSubstr("agent " + few.address() + ": 500 clients are more than its -max-clients=5"));
  EXPECT_THAT(doctor.out, ContainsRegex("agent " + low.address() +
                                        ": 500 clients need [0-9]+ open files and the "
                                        "limit is 200; raise it \\(ulimit -n\\), or add agents"));
  EXPECT_THAT(doctor.out, HasSubstr("agent " + foreign + ": something else than wsload-agent listens there"));
  EXPECT_THAT(doctor.out, HasSubstr("agent 127.0.0.1:1: connection refused; is wsload-agent running there?"));
  EXPECT_THAT(doctor.out, HasSubstr("agent " + few.address() + ": 127.0.0.1:1 refuses the connection"));
  EXPECT_THAT(doctor.out, HasSubstr("Only 0 of 4 agents are ready"));
}

TEST(Doctor, AStoppedAgentDoesNotHangIt) {
  const auto agents = StartAgents(2);
  agents[0]->process().Signal(SIGSTOP);
  const Outcome doctor = RunDoctor({AgentsFlag(agents)});
  agents[0]->process().Signal(SIGCONT);
  EXPECT_EQ(doctor.exit_code, 1) << doctor.out << doctor.err;
  EXPECT_THAT(doctor.out, HasSubstr("agent " + agents[0]->address() + ": no answer within"));
  EXPECT_THAT(doctor.out, HasSubstr("Only 1 of 2 agents are ready"));
}

/// What stands in a client's way, and a part of the line that says so.
struct Obstacle {
  std::string server;
  std::string said;
};

TEST(Preflight, DoctorAndRunSayWhatStandsInTheWay) {
  const OneAnswer secure("", MakeTestIdentity("DNS:localhost"));
  Gateway plain;
  const OneAnswer missing("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot here\n");
  const OneAnswer moved("HTTP/1.1 308 Permanent Redirect\r\nLocation: https://gw.example/ws/\r\n\r\n");
  const OneAnswer redis("-ERR unknown command\r\n");
  const Obstacle obstacles[] = {
      {secure.url("wss"), "self"},
      {"wss" + plain.url().substr(2), "does not speak TLS on this port; should the URL be ws:// ?"},
      {secure.url(), "no WebSocket connection to"},
      {missing.url(), "404 Not Found instead of 101 Switching Protocols: \"not here\""},
      {moved.url(), "is it -server=wss://gw.example/ws/ ?"},
      {redis.url(), "with \"-ERR unknown command"},
      {"ws://no-such-host.invalid/ws", "cannot resolve"},
  };
  for (const Obstacle& obstacle : obstacles) {
    const Outcome doctor = RunDoctor({"-server=" + obstacle.server});
    EXPECT_EQ(doctor.exit_code, 1) << obstacle.server;
    EXPECT_THAT(doctor.out, HasSubstr(obstacle.said)) << obstacle.server;
    const Outcome run = RunController({"-server=" + obstacle.server, "-clients=100", "-duration=1m", "-ramp-up=30s"});
    EXPECT_EQ(run.exit_code, 1) << obstacle.server;
    EXPECT_THAT(run.err, HasSubstr(obstacle.said)) << obstacle.server;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_TRUE(run.result.is_null()) << obstacle.server;
  }
  plain.Stop();
}

TEST(Preflight, TheCheckIsNoUserOfTheRun) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  const Outcome run = RunController(
      {AgentsFlag(agents), "-clients=6", "-mps=20", "-duration=1s", "-ramp-up=100ms", "-server=" + gateway.url()});
  EXPECT_THAT(run.exit_code, testing::AnyOf(0, 103)) << run.out << run.err;
  EXPECT_EQ(run.result.at("check_connections"), 2);
  EXPECT_EQ(run.result.at("totals").at("connections").at("opened"), 6);
  EXPECT_THAT(run.out, HasSubstr("connections opened and closed 2, not counted below"));
  const auto truth = gateway.Stop();
  EXPECT_EQ(truth.at("handshakes").at("checks"), 2);
  EXPECT_EQ(truth.at("handshakes").at("accepted"), 6);
  EXPECT_EQ(truth.at("connections").at("closed_by_client"), 6);
}

TEST(Preflight, AnAgentChecksNoServerThatItMayNotLoad) {
  Gateway gateway;
  Agent agent({"-allow-target=elsewhere.example:9002"});
  const std::vector<std::string> flags = {"-agents=" + agent.address(), "-server=" + gateway.url()};
  EXPECT_THAT(RunDoctor(flags).out, HasSubstr("no target that this agent may load"));
  EXPECT_EQ(RunController(flags).exit_code, 1);
  EXPECT_EQ(gateway.Stop().at("handshakes").at("checks"), 0);
}

TEST(Preflight, NoLineShowsACredential) {
  for (const char* server : {"ws://me:s3cret@h:x/", "http://me:s3cret@h/", "ws://h/ws?token=s3cret#x",
                             "ws://me:s3cret@127.0.0.1:1/ws?token=s3cret"}) {
    const Outcome run = RunController({std::string("-server=") + server});
    EXPECT_NE(run.exit_code, 0);
    EXPECT_THAT(run.err + run.out, Not(HasSubstr("s3cret"))) << server;
  }
  EXPECT_THAT(RunController({"-agents=me:s3cret@h:1"}).err, Not(HasSubstr("s3cret")));
  EXPECT_THAT(RunController({"ws://me:s3cret@h/"}).err, Not(HasSubstr("s3cret")));
}

TEST(Preflight, ABusyAgentIsLeftInPeace) {
  Gateway gateway;
  const auto agents = StartAgents(1);
  const std::vector<std::string> load = {AgentsFlag(agents), "-clients=4", "-ramp-up=100ms",
                                         "-server=" + gateway.url()};
  auto flags = load;
  flags.insert(flags.begin(), Binary("wsload"));
  flags.insert(flags.end(), {"-mps=50", "-duration=4s", "-stats-interval=1s", "-out=none"});
  Process first(flags);
  for (int lines = 0; lines < 400 && first.out().find(" measuring ") == std::string::npos; ++lines) {
    first.ReadLine(std::chrono::milliseconds(50));
  }
  const std::string busy = "agent " + agents[0]->address() + ": busy with run [0-9a-f]+ since 2[0-9T:-]+Z";
  const Outcome doctor = RunDoctor(load);
  EXPECT_EQ(doctor.exit_code, 1);
  EXPECT_THAT(doctor.out, ContainsRegex(busy));
  const Outcome second = RunController(load);
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, ContainsRegex(busy));
  EXPECT_EQ(std::count(second.err.begin(), second.err.end(), '\n'), 1) << second.err;
  // 103: on a busy machine the generator's own lateness shows, which is no matter here.
  EXPECT_THAT(first.Wait(std::chrono::seconds(30)).value_or(-1), testing::AnyOf(0, 103)) << first.out() << first.err();
  const auto truth = gateway.Stop();
  EXPECT_EQ(truth.at("messages").at("upstream"), 200) << "the first run went on unharmed";
  EXPECT_EQ(truth.at("handshakes").at("accepted"), 4);
}

TEST(Preflight, WhatCannotBeCarriedIsRefusedBeforeAnyLoad) {
  Gateway gateway;
  const auto good = StartAgents(1);
  const LimitedAgent low(200);
  const Outcome run = RunController({AgentsFlag(good) + "," + low.address() + ",127.0.0.1:1", "-clients=1500",
                                     "-duration=2s", "-server=" + gateway.url()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, ContainsRegex("wsload: agent " + low.address() + ": 500 clients need .* \\(ulimit -n\\)"));
  EXPECT_THAT(run.err, HasSubstr("wsload: agent 127.0.0.1:1: connection refused"));
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 2) << run.err;
  EXPECT_EQ(Handshakes(gateway), 0);
}

TEST(Preflight, TheEmbeddedAgentHasItsLimitsToo) {
  Process run({"/bin/sh", "-c", "ulimit -n 100; exec " + Binary("wsload") + " -clients=1000"});
  EXPECT_EQ(run.Wait(std::chrono::seconds(20)), 1);
  EXPECT_THAT(run.err(), ContainsRegex("1000 clients need [0-9]+ open files and the limit is 100; .*ulimit -n"));
  EXPECT_EQ(std::count(run.err().begin(), run.err().end(), '\n'), 1) << run.err();
  EXPECT_EQ(run.out(), "");
}

}  // namespace
}  // namespace wsload::e2e
