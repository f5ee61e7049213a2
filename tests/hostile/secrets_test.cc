// A run's secrets, under names that no list would have, and a server that sends back all that it was told: nothing of
// them is on a console, in a log or in a file. And files that others planted where a run writes its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/support/scripted_server.h"
#include "tests/support/ws_frames.h"

namespace wsload::hostile {
namespace {

using e2e::Agent;
using e2e::Binary;
using e2e::Gateway;
using e2e::TempDir;
using testing::HasSubstr;

using Flags = std::vector<std::string>;
using Peer = ScriptedServer::Peer;

// Each begins with the same letters, so that a part of any of them would show too.
constexpr char kMark[] = "hidden-";
constexpr char kQuery[] =
    "pwd=hidden-1&pass=hidden-2&ticket=hidden-3&anything=hidden-4%2Fslash&PIN=hidden-5&hidden-6bare";
constexpr char kUser[] = "somebody:hidden-7";
constexpr char kHeaders[] =
    "-header=\"X-Colour: hidden-8\"\n-header=\"Cookie: a=hidden-9; b=hidden-10\"\n"
    "-header=\"Proxy: Scheme hidden-11\"\n";

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Every byte of every file below `dir`.
std::string Everything(const std::string& dir) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file()) all += Content(entry.path());
  }
  return all;
}

/// What the programs show and keep of runs against one server.
class Secrets : public testing::Test {
 protected:
  std::string Url(uint16_t port, const std::string& path = "/ws") const {
    return "-server=ws://" + std::string(kUser) + "@127.0.0.1:" + std::to_string(port) + path + "?" + kQuery;
  }

  /// One command, in a directory of its own, with the secret headers from a flag file.
  void Run(const std::string& what, Flags flags, const Flags& environment = {}) {
    const TempDir dir;
    Flags command = {Binary("wsload")};
    if (!flags.empty() && !flags.front().starts_with("-")) {
      command.push_back(flags.front());
      flags.erase(flags.begin());
    }
    const bool is_run = command.size() == 1;
    command.push_back("-flagfile=" + headers_.path() + "/headers");
    if (is_run) {
      const Flags brief = {"-clients=2",    "-mps=5",           "-duration=1s",
                           "-ramp-up=10ms", "-conn-timeout=2s", "-out=" + dir.path() + "/out"};
      command.insert(command.end(), brief.begin(), brief.end());
    }
    command.insert(command.end(), flags.begin(), flags.end());
    Process process(command, environment);
    EXPECT_TRUE(process.Wait(std::chrono::seconds(60)).has_value()) << what;
    Expect(what, process.out() + process.err() + Everything(dir.path()));
  }

  void Expect(const std::string& what, const std::string& seen) {
    EXPECT_FALSE(seen.empty()) << what;
    const size_t at = seen.find(kMark);
    EXPECT_EQ(at, std::string::npos) << what << ": " << seen.substr(at - std::min<size_t>(80, at), 160);
    // As HTTP's Basic authentication carries the user.
    EXPECT_EQ(seen.find("c29tZWJvZHk6aGlkZGVu"), std::string::npos) << what;
    seen_ += seen;
  }

  /// Runs and checks against a server with this script: by an agent, by the controller alone, and by `doctor`.
  void Try(const std::string& what, const ScriptedServer::Script& script) {
    ScriptedServer server(script);
    Agent agent({"-log-level=debug"});
    const std::string agents = "-agents=" + agent.address();
    Run(what + ", by an agent", {agents, "-protocol=echo", Url(server.port())});
    Run(what + ", without the check", {agents, "-protocol=echo", "-check-server=false", Url(server.port())});
    Run(what + ", alone, as JSON", {"-protocol=echo", "-json", "-check-server=false", Url(server.port())});
    Run(what + ", in Chinese", {"-protocol=echo", "-lang=zh", Url(server.port())});
    Run(what + ", doctor", {"doctor", agents, Url(server.port())});
    agent.process().Signal(SIGTERM);
    agent.process().Wait(std::chrono::seconds(30));
    Expect(what + ", the agent's log", agent.process().out() + agent.process().err());
  }

  TempDir headers_;
  std::string seen_;

  void SetUp() override { headers_.Write("headers", kHeaders); }
};

TEST_F(Secrets, OfAServerThatRefusesAndRepeatsTheRequest) {
  Try("refusal", [](Peer& peer) {
    const std::string request = peer.ReadRequest();
    // The first line of a body is what is quoted.
    std::string line = request;
    for (char& c : line) c = c == '\r' || c == '\n' ? ' ' : c;
    peer.Send("HTTP/1.1 403 No for " + line.substr(0, 200) +
              "\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + line);
  });
  EXPECT_THAT(seen_, HasSubstr("HTTP 403"));
}

TEST_F(Secrets, OfAServerThatSendsElsewhere) {
  Try("redirection", [](Peer& peer) {
    const std::string request = peer.ReadRequest();
    const std::string target = request.substr(4, request.find(" HTTP") - 4);
    peer.Send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/other" + target + "\r\n\r\n");
  });
  EXPECT_THAT(seen_, HasSubstr("HTTP 302"));
}

TEST_F(Secrets, OfAServerThatRepeatsThemInItsReasons) {
  static constexpr std::array kReasons = {"no hidden-8 here",         "cookie hidden-10, path /ws?pwd=hidden-1",
                                          "hidden-11 hidden-4/slash", "pwd is hidden-1",
                                          "user hidden-7 hidden-6b",  "c29tZWJvZHk6aGlkZGVuLTc= is no user"};
  std::atomic<size_t> next = 0;
  Try("close", [&next](Peer& peer) {
    peer.Upgrade();
    peer.Send(ServerFrame(8, ClosePayloadBytes(1008) + kReasons[next++ % kReasons.size()]));
    peer.WaitForEnd();
  });
  EXPECT_GE(next, kReasons.size());
  EXPECT_THAT(seen_, HasSubstr("closed_1008"));
}

TEST_F(Secrets, OfAServerThatAnswersWithThemInItsHeaders) {
  Try("101", [](Peer& peer) {
    peer.ReadRequest();
    peer.Send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: hidden-8\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Protocol: hidden-9\r\n\r\n");
  });
  Try("no HTTP", [](Peer& peer) {
    peer.ReadRequest();
    peer.Send("hidden-8 hidden-9 what is this?\r\n\r\n");
  });
  Try("half a header", [](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 400 Bad\r\nhidden-10 hidden-11 is no header\r\n\r\n");
  });
}

TEST_F(Secrets, OfARunThatIsAllRight) {
  Gateway gateway({"-stats-interval=1s"});
  const std::string port = gateway.url().substr(gateway.url().rfind(':') + 1);
  Run("a whole run", {Url(static_cast<uint16_t>(std::stoi(port)))});
  EXPECT_THAT(seen_, HasSubstr("wsload.result/"));
  EXPECT_THAT(seen_, HasSubstr("?pwd=(redacted)&pass=(redacted)&ticket=(redacted)&anything=(redacted)&PIN=(redacted)"));
  EXPECT_THAT(seen_, HasSubstr("X-Colour"));
  const std::string truth = gateway.Stop().dump();
  Expect("the gateway", gateway.process().out() + gateway.process().err() + truth);
}

TEST_F(Secrets, OfFlagsThatAreWrong) {
  const TempDir dir;
  const std::string query = "?" + std::string(kQuery);
  for (const std::string& server :
       {"ws://h:port/ws" + query, "http://h/ws" + query, "ws:/h" + query, "ws://hidden-7@h h/ws" + query,
        "ws://h/ws" + query + "#hidden-12", std::string("ws://h/ws?token=hidden-1"), "ws://[::1/ws" + query,
        "h/ws" + query, "ws://h/ws\x01" + query}) {
    Run(server, {"-server=" + server});
    Run(server + ", as an argument", {"-server=ws://127.0.0.1:1/", server});
    Run(server + ", from the environment", {"-mps=2"}, {"WSLOAD_SERVER=" + server});
    Run(server + ", local addresses", {"-local-addrs=::1", "-server=" + server});
    const std::string file = "-flagfile=" + dir.Write("flags", "-server=" + server + " hidden-13\n");
    Run(server + ", from a file", {file});
    Run(server + ", doctor", {"doctor", "-server=" + server});
  }
  for (const Flags& flags :
       {Flags{"-header", "X-Pwd:", "hidden-1"}, Flags{"-header=hidden-1"}, Flags{"-header=Upgrade: hidden-1"},
        Flags{"-header=X-Pwd: hidden-1\n"}, Flags{"-header=X Pwd: hidden-1"}, Flags{"-header=X: hidden-1", "hidden-2"},
        Flags{"-heeader=X-Pwd: hidden-1"}, Flags{"-flagfile=" + dir.Write("one", "header X-Pwd: hidden-1 \"x\" y\n")},
        Flags{"-flagfile=" + dir.Write("two", "X-Pwd: hidden-1\n")},
        Flags{"-flagfile=" + dir.Write("three", "-header=\"X-Pwd: hidden-1\n")},
        Flags{"-flagfile=" + dir.Write("four", "-header='X-Pwd: hidden-1' hidden-2\n")}}) {
    Run(testing::PrintToString(flags), flags);
  }
  for (const char* program : {"wsload-agent", "wsload-gateway"}) {
    Process process({Binary(program), "-token-file=hidden-directory-none", "-server=ws://u:hidden-1@h/?x=hidden-2"});
    EXPECT_TRUE(process.Wait(std::chrono::seconds(20)).has_value());
    Expect(program, process.out() + process.err());
  }
}

/// What others can do where a run writes: links to a file of its user, and a pipe that nobody feeds.
TEST(PlantedFiles, AreNeitherFollowedNorWaitedFor) {
  Gateway gateway;
  const TempDir dir;
  const std::string mine = dir.Write("mine", "precious");
  const std::string out = dir.path() + "/out";
  std::filesystem::create_directory(out);
  for (const char* name : {"result.json", "timeseries.csv", ".wsload-probe"}) {
    std::filesystem::create_symlink(mine, out + "/" + name);
  }
  ASSERT_EQ(mkfifo((out + "/run.json").c_str(), 0600), 0);
  const Flags run = {
      Binary("wsload"), "-server=" + gateway.url(), "-clients=1", "-mps=2", "-duration=1s", "-ramp-up=10ms",
      "-out=" + out};
  Process first(run);
  EXPECT_TRUE(first.Wait(std::chrono::seconds(60)).has_value()) << first.out();
  EXPECT_EQ(Content(mine), "precious");
  for (const char* name : {"result.json", "timeseries.csv"}) {
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(out + "/" + name))) << name;
  }
  EXPECT_THAT(Content(out + "/result.json"), HasSubstr("wsload.result/"));

  // Links to where an older run would be moved.
  const std::string elsewhere = dir.path() + "/elsewhere";
  std::filesystem::create_directory(elsewhere);
  const std::string text = Content(out + "/result.json");
  const size_t id_at = text.find("\"run_id\": \"") + 11;
  std::filesystem::create_directory_symlink(elsewhere, out + "/" + text.substr(id_at, text.find('"', id_at) - id_at));
  Process second(run);
  EXPECT_TRUE(second.Wait(std::chrono::seconds(60)).has_value()) << second.out();
  EXPECT_TRUE(std::filesystem::is_empty(elsewhere));

  const std::string certs = dir.path() + "/tls";
  std::filesystem::create_directory(certs);
  for (const char* name : {"ca.pem", "ca-key.pem", "agent.pem", "agent-key.pem"}) {
    std::filesystem::create_symlink(mine, certs + "/" + name);
  }
  Process refused({Binary("wsload"), "certs", certs});
  EXPECT_NE(refused.Wait(std::chrono::seconds(20)), 0);
  Process forced({Binary("wsload"), "certs", certs, "-force"});
  EXPECT_EQ(forced.Wait(std::chrono::seconds(20)), 0) << forced.err();
  EXPECT_EQ(Content(mine), "precious");
  struct stat status = {};
  ASSERT_EQ(lstat((certs + "/ca-key.pem").c_str(), &status), 0);
  EXPECT_TRUE(S_ISREG(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  gateway.Stop();
}

}  // namespace
}  // namespace wsload::hostile
