// From many source addresses to many addresses of one server name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kShortRun = {"-clients=40", "-mps=200", "-duration=1s", "-ramp-up=200ms"};

std::vector<std::string> With(std::vector<std::string> flags, const std::vector<std::string>& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

/// On a busy host messages are late; who connected from where is the same.
testing::Matcher<int> CarriedOut() { return testing::AnyOf(0, 103); }

nlohmann::json PeersOf(const nlohmann::json& truth) { return truth.at("handshakes").at("peers"); }

/// Nothing, and a line why, when this machine does not let us.
class PrivateHosts {
 public:
  explicit PrivateHosts(const std::string& content) : file_(directory_.Write("hosts", content)) {
    Process probe(Inside({"/bin/true"}));
    works_ = probe.Wait(std::chrono::seconds(10)) == 0;
  }
  bool works() const { return works_; }

  /// The command with these names.
  std::vector<std::string> Inside(const std::vector<std::string>& command) const {
    return With({"/usr/bin/unshare", "--map-root-user", "--mount", "/bin/sh", "-c",
                 "mount --bind " + file_ + " /etc/hosts && exec \"$@\"", "sh"},
                command);
  }

 private:
  TempDir directory_;
  std::string file_;
  bool works_ = false;
};

/// Gateways on one port of several loopback addresses.
class GatewayFarm {
 public:
  explicit GatewayFarm(const std::vector<std::string>& hosts) {
    std::string port = "0";
    for (const std::string& host : hosts) {
      gateways_.push_back(std::make_unique<Gateway>(std::vector<std::string>{"-listen=" + host + ":" + port}));
      const std::string& url = gateways_.back()->url();
      port = url.substr(url.rfind(':') + 1, url.rfind('/') - url.rfind(':') - 1);
    }
    port_ = port;
  }
  const std::string& port() const { return port_; }
  std::vector<int64_t> Handshakes() {
    std::vector<int64_t> counts;
    for (const auto& gateway : gateways_) counts.push_back(gateway->Stop().at("handshakes").at("accepted"));
    return counts;
  }

 private:
  std::vector<std::unique_ptr<Gateway>> gateways_;
  std::string port_;
};

TEST(Sources, ConnectionsComeEvenlyFromTheAddressesOfThePlan) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  const Outcome run = RunController(
      With(kShortRun, {AgentsFlag(agents), "-server=" + gateway.url(), "-local-addrs=127.0.0.2-127.0.0.4,127.0.1.9"}));
  EXPECT_THAT(run.exit_code, CarriedOut()) << run.out << run.err;
  ExpectConserved(run.result);
  EXPECT_EQ(run.result.at("plan").at("local_addrs"), "127.0.0.2-127.0.0.4,127.0.1.9");
  const nlohmann::json even = {{"127.0.0.2", 10}, {"127.0.0.3", 10}, {"127.0.0.4", 10}, {"127.0.1.9", 10}};
  EXPECT_EQ(PeersOf(gateway.Stop()), even);
}

TEST(Sources, AnAgentsOwnAddressesGoBeforeThePlans) {
  Gateway gateway;
  Agent own({"-name=own", "-local-addrs=127.0.3.1-127.0.3.2"});
  Agent plain({"-name=plain"});
  const Outcome run = RunController(With(kShortRun, {"-agents=" + own.address() + "," + plain.address(),
                                                     "-server=" + gateway.url(), "-local-addrs=127.0.0.2,127.0.0.3"}));
  EXPECT_THAT(run.exit_code, CarriedOut()) << run.out << run.err;
  const nlohmann::json even = {{"127.0.0.2", 10}, {"127.0.0.3", 10}, {"127.0.3.1", 10}, {"127.0.3.2", 10}};
  EXPECT_EQ(PeersOf(gateway.Stop()), even);
}

TEST(Sources, MistakesEndBeforeAnythingBegins) {
  for (const char* list : {"10.0.0", "127.0.0.9-127.0.0.2", "127.0.0.1-::1", "0.0.0.0", "127.0.0.2,127.0.0.2"}) {
    const Outcome run = RunController({"-local-addrs=" + std::string(list)});
    EXPECT_EQ(run.exit_code, 104) << list;
    EXPECT_THAT(run.err, HasSubstr("-local-addrs: "));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
  const Outcome families = RunController({"-local-addrs=::1", "-server=ws://127.0.0.1:1/ws"});
  EXPECT_EQ(families.exit_code, 104);
  EXPECT_THAT(families.err, HasSubstr("no IPv4 address among them"));
  Process agent({Binary("wsload-agent"), "-listen=127.0.0.1:0", "-local-addrs=203.0.113.1"});
  EXPECT_EQ(agent.Wait(std::chrono::seconds(10)), 104);
  EXPECT_THAT(agent.err(), HasSubstr("cannot connect from 203.0.113.1"));
}

TEST(Sources, AForeignAddressIsRefusedBeforeAnyLoad) {
  Gateway gateway;
  const auto agents = StartAgents(2);
  for (const std::string& where : {AgentsFlag(agents), std::string("-agents=")}) {
    const Outcome run =
        RunController(With(kShortRun, {where, "-server=" + gateway.url(), "-local-addrs=127.0.0.2,203.0.113.1"}));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("cannot connect from 203.0.113.1: not among the host's addresses"));
    EXPECT_TRUE(run.result.is_null());
  }
  EXPECT_EQ(gateway.Stop().at("handshakes").at("accepted"), 0);
}

TEST(Sources, APortServesEveryDestination) {
  // A network with ten local ports, a server with two addresses: twenty connections from one source address, if ports
  // are chosen when the destination is known.
  const TempDir directory;
  const std::string script = directory.Write("script", R"(
    directory=$1 wsload=$2 gateway=$3
    ip link set lo up && mount --bind "$directory/hosts" /etc/hosts || exit 77
    echo 40000 40009 > /proc/sys/net/ipv4/ip_local_port_range || exit 77
    "$gateway" -listen=127.0.0.2:9002 -port-file="$directory/first" > /dev/null & first=$!
    "$gateway" -listen=127.0.0.3:9002 -port-file="$directory/second" > /dev/null & second=$!
    trap 'kill $first $second' EXIT
    while [ ! -s "$directory/first" ] || [ ! -s "$directory/second" ]; do sleep 0.05; done
    "$wsload" -server=ws://farm:9002/ws -local-addrs=127.0.1.1 -clients=20 -ramp-up=0 -mps=20 -duration=1s -out=none
  )");
  directory.Write("hosts", "127.0.0.2 farm\n127.0.0.3 farm\n");
  Process run({"/usr/bin/unshare", "--map-root-user", "--mount", "--net", "/bin/sh", script, directory.path(),
               Binary("wsload"), Binary("wsload-gateway")});
  const auto exit_code = run.Wait(std::chrono::seconds(40));
  if (exit_code == 77 || run.err().find("unshare") == 0) GTEST_SKIP() << "no network namespace of our own here";
  EXPECT_THAT(exit_code.value_or(-1), CarriedOut()) << run.out() << run.err();
}

TEST(ServerNames, EveryAddressGetsItsShare) {
  GatewayFarm farm({"127.0.0.2", "127.0.0.3", "127.0.0.4"});
  const PrivateHosts hosts("127.0.0.4 farm\n127.0.0.2 farm\n127.0.0.3 farm\n");
  if (!hosts.works()) GTEST_SKIP() << "no mount namespace of our own is to be had here";
  Process run(hosts.Inside(
      With({Binary("wsload"), "-server=ws://farm:" + farm.port() + "/ws", "-workers=2", "-out=none"}, kShortRun)));
  EXPECT_THAT(run.Wait(std::chrono::seconds(30)).value_or(-1), CarriedOut()) << run.out() << run.err();
  EXPECT_THAT(farm.Handshakes(), testing::ElementsAre(14, 13, 13));
}

TEST(ServerNames, AnAddressThatRefusesIsNotHiddenByTheOthers) {
  GatewayFarm farm({"127.0.0.2", "127.0.0.3", "127.0.0.4"});
  const PrivateHosts hosts("127.0.0.2 farm\n127.0.0.3 farm\n127.0.0.4 farm\n127.0.0.5 farm\n");
  if (!hosts.works()) GTEST_SKIP() << "no mount namespace of our own is to be had here";
  Process run(
      hosts.Inside(With({Binary("wsload"), "-server=ws://farm:" + farm.port() + "/ws", "-out=none"}, kShortRun)));
  EXPECT_THAT(run.Wait(std::chrono::seconds(30)).value_or(-1), testing::AnyOf(102, 103)) << run.out() << run.err();
  EXPECT_THAT(run.out(), HasSubstr("10 of 40 connections never opened: refused 10"));
  EXPECT_THAT(farm.Handshakes(), testing::Each(10));
}

}  // namespace
}  // namespace wsload::e2e
