#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>

#include "common/net/source_list.h"
#include "tests/integration/loop_runner.h"
#include "tests/support/chinese_lines.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_certificate.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;

using Peer = ScriptedServer::Peer;

/// A port on which nobody listens: bound, so that nobody else gets it either.
class DeadPort {
 public:
  DeadPort() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { close(fd_); }
  uint16_t port() const { return port_; }

 private:
  int fd_;
  uint16_t port_ = 0;
};

DialResult DialScript(ScriptedServer::Script script, int64_t timeout_ns = 5'000 * kMs) {
  ScriptedServer server(std::move(script));
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(server.port());
  options.timeout_ns = timeout_ns;
  DialResult result = DialOnce(loop, options);
  if (result.connection == nullptr) {
    EXPECT_TRUE(IsChinese(result.detail.In(Language::kChinese)));
  }
  result.connection.reset();  // before its loop
  return result;
}

TEST(DialerTest, UpgradesWithTokenAndHeaders) {
  std::mutex mutex;
  std::string request;
  ScriptedServer server([&](Peer& peer) {
    const std::string got = peer.ReadRequest();
    const std::lock_guard lock(mutex);
    request = got;
  });
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(server.port());
  options.headers = {{"X-AutoClose", "true"}};
  auto dialer = NewDialer(loop, options);
  ASSERT_TRUE(dialer.ok());
  const DialResult result = DialOnce(loop, **dialer, "a+b");
  EXPECT_EQ(result.cause, "reset") << "the script answers nothing";
  const std::lock_guard lock(mutex);
  EXPECT_THAT(request, ::testing::StartsWith("GET /ws?token=a%2Bb HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("X-AutoClose: true\r\n"));
}

TEST(DialerTest, Succeeds) {
  ScriptedServer server([](Peer& peer) {
    peer.Upgrade();
    peer.WaitForEnd();
  });
  AsioEventLoop loop;
  const int64_t before_ns = loop.MonoNs();
  DialResult result = DialOnce(loop, LoopbackOptions(server.port()));
  ASSERT_NE(result.connection, nullptr) << result.detail.english();
  EXPECT_EQ(result.cause, "");
  EXPECT_GE(result.started_ns, before_ns);
  EXPECT_GT(result.finished_ns, result.started_ns);
}

TEST(DialerTest, AnswerInPieces) {
  const DialResult result = DialScript([](Peer& peer) {
    const std::string request = peer.ReadRequest();
    const std::string key = "Sec-WebSocket-Key: ";
    peer.SendInPieces(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
            AcceptFor(request.substr(request.find(key) + key.size(), 24)) + "\r\n\r\n",
        3);
    peer.WaitForEnd();
  });
  EXPECT_EQ(result.cause, "");
}

TEST(DialerTest, NamesEachFailure) {
  EXPECT_EQ(DialScript([](Peer& peer) {
              peer.ReadRequest();
              peer.Send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
            }).cause,
            "http_403");
  EXPECT_EQ(DialScript([](Peer& peer) {
              peer.ReadRequest();
              peer.Send("HTTP/1.1 401 Unauthorized\r\n\r\n");
            }).cause,
            "http_401");
  EXPECT_EQ(DialScript([](Peer& peer) { peer.Send("220 mail.example ESMTP\r\n"); }).cause, "not_websocket");
  EXPECT_EQ(DialScript([](Peer& peer) {
              peer.ReadRequest();
              peer.Reset();
            }).cause,
            "reset");
  const DialResult silent = DialScript([](Peer& peer) { peer.WaitForEnd(); }, 100 * kMs);
  EXPECT_EQ(silent.cause, "timeout");
  EXPECT_GE(silent.finished_ns - silent.started_ns, 99 * kMs);
}

TEST(DialerTest, WaitsAMomentForWhatARefusalSays) {
  const DialResult late = DialScript([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 403 Forbidden\r\n\r\n");
    peer.Send("no Origin");
    peer.Send(", no entry\n");
    peer.WaitForEnd();
  });
  EXPECT_EQ(late.cause, "http_403");
  EXPECT_THAT(late.detail.english(), HasSubstr(": \"no Origin, no entry\""));
  const DialResult open = DialScript([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 503 Service Unavailable\r\nConnection: keep-alive\r\n\r\nhalf a line");
    peer.WaitForEnd();
  });
  EXPECT_EQ(open.cause, "http_503");
  EXPECT_THAT(open.detail.english(), HasSubstr(": \"half a line\""));
  EXPECT_LT(open.finished_ns - open.started_ns, 2000 * kMs) << "no longer than a moment";
}

TEST(DialerTest, Refused) {
  const DeadPort port;
  AsioEventLoop loop;
  const DialResult result = DialOnce(loop, LoopbackOptions(port.port()));
  EXPECT_EQ(result.cause, "refused");
  EXPECT_THAT(result.detail.english(), HasSubstr("127.0.0.1:" + std::to_string(port.port())));
}

TEST(DialerTest, Unresolvable) {
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(1);
  options.url.host = "no-such-host.invalid";
  const DialResult result = DialOnce(loop, options);
  EXPECT_EQ(result.cause, "resolve") << result.detail.english();
  EXPECT_THAT(result.detail.english(), HasSubstr("no-such-host.invalid"));
}

TEST(DialerTest, ANameIsTriedAtAllItsAddresses) {
  ScriptedServer server([](Peer& peer) {  // on 127.0.0.1 only, while localhost may be ::1 as well
    peer.Upgrade();
    peer.WaitForEnd();
  });
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(server.port());
  options.url.host = "localhost";
  auto dialer = NewDialer(loop, options);
  ASSERT_TRUE(dialer.ok());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(DialOnce(loop, **dialer).cause, "");
}

TEST(DialerTest, SourcesTakeTurns) {
  ScriptedServer server([](Peer& peer) {
    peer.Upgrade();
    peer.WaitForEnd();
  });
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(server.port());
  options.sources = *SourceList::Parse("127.0.1.1-127.0.1.2");
  auto dialer = NewDialer(loop, options);
  ASSERT_TRUE(dialer.ok());
  for (int client = 0; client < 4; ++client) EXPECT_EQ(DialOnce(loop, **dialer, "", client).cause, "");
  EXPECT_THAT(server.Peers(), ::testing::ElementsAre("127.0.1.1", "127.0.1.2", "127.0.1.1", "127.0.1.2"));
}

TEST(DialerTest, ASourceOfAnotherHostHasACauseOfItsOwn) {
  const DeadPort port;
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(port.port());
  options.sources = *SourceList::Parse("203.0.113.1");
  const DialResult result = DialOnce(loop, options);
  EXPECT_EQ(result.cause, "source_address");
  EXPECT_THAT(result.detail.english(), HasSubstr("bind 203.0.113.1: "));
  EXPECT_THAT(result.detail.english(), HasSubstr("-local-addrs"));
  options.sources = *SourceList::Parse("::1");
  const DialResult other_family = DialOnce(loop, options);
  EXPECT_EQ(other_family.cause, "source_address");
  EXPECT_THAT(other_family.detail.english(), HasSubstr("IPv4 and IPv6 do not mix"));
}

TEST(DialerTest, NoDescriptors) {
  const DeadPort port;
  AsioEventLoop loop;
  auto dialer = NewDialer(loop, LoopbackOptions(port.port()));
  ASSERT_TRUE(dialer.ok());
  EXPECT_EQ(DialOnce(loop, **dialer).cause, "refused") << "with descriptors";
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{0, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const DialResult result = DialOnce(loop, **dialer);
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(result.cause, "no_descriptors");
  EXPECT_THAT(result.detail.english(), HasSubstr("ulimit -n"));
}

TEST(DialerTest, CancelAllAndEndOfTheDialer) {
  ScriptedServer server([](Peer& peer) { peer.WaitForEnd(); });
  AsioEventLoop loop;
  auto dialer = NewDialer(loop, LoopbackOptions(server.port()));
  ASSERT_TRUE(dialer.ok());
  std::vector<std::string> causes;
  for (int i = 0; i < 3; ++i) (*dialer)->Dial(0, "", "", [&](DialResult result) { causes.push_back(result.cause); });
  (*dialer)->CancelAll();
  EXPECT_TRUE(causes.empty());
  ASSERT_TRUE(RunUntil(loop, [&] { return causes.size() == 3; }));
  EXPECT_THAT(causes, ::testing::Each("canceled"));
  (*dialer)->Dial(0, "", "", [&](DialResult) { ADD_FAILURE() << "the dialer is gone"; });
  dialer->reset();
  loop.io_context().poll();
}

TEST(DialerTest, ManyAtOnce) {
  ScriptedServer server([](Peer& peer) {
    peer.Upgrade();
    peer.Echo();
  });
  AsioEventLoop loop;
  auto dialer = NewDialer(loop, LoopbackOptions(server.port()));
  ASSERT_TRUE(dialer.ok());
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < 100; ++i) {
    (*dialer)->Dial(0, "", "", [&](DialResult result) {
      EXPECT_EQ(result.cause, "") << result.detail.english();
      connections.push_back(std::move(result.connection));
    });
  }
  EXPECT_TRUE(RunUntil(loop, [&] { return connections.size() == 100; }));
  dialer->reset();  // connections outlive their dialer
  RecordingObserver observer;
  for (auto& connection : connections) {
    connection->SetObserver(&observer);
    EXPECT_EQ(connection->Send("hello"), SendResult::kSent);
  }
  EXPECT_TRUE(RunUntil(loop, [&] { return observer.messages.size() == 100; }));
}

TEST(DialerTest, ChecksOptions) {
  AsioEventLoop loop;
  DialOptions options = LoopbackOptions(1, true);
  options.ca_pem = "not a certificate";
  EXPECT_EQ(NewDialer(loop, options).status().code(), absl::StatusCode::kInvalidArgument);
  options.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(NewDialer(loop, options).status().code(), absl::StatusCode::kInvalidArgument);
  options = LoopbackOptions(1);
  options.timeout_ns = 0;
  EXPECT_FALSE(NewDialer(loop, options).ok());
}

class TlsDialTest : public ::testing::Test {
 protected:
  static DialResult Dial(const TlsIdentity& identity, const std::function<void(DialOptions&)>& change) {
    ScriptedServer server(
        [](Peer& peer) {
          peer.Upgrade();
          peer.Echo();
        },
        identity);
    AsioEventLoop loop;
    DialOptions options = LoopbackOptions(server.port(), true);
    options.ca_pem = identity.cert_pem;
    change(options);
    DialResult result = DialOnce(loop, options);
    if (result.connection == nullptr) {
      EXPECT_TRUE(IsChinese(result.detail.In(Language::kChinese)));
    }
    result.connection.reset();
    return result;
  }
};

TEST_F(TlsDialTest, VerifiesTheServer) {
  const TlsIdentity good = MakeTestIdentity("IP:127.0.0.1,DNS:localhost");
  const TlsIdentity other = MakeTestIdentity("DNS:other.example");
  EXPECT_EQ(Dial(good, [](DialOptions&) {}).cause, "");
  EXPECT_EQ(Dial(good, [](DialOptions& options) { options.url.host = "localhost"; }).cause, "");
  const DialResult unknown = Dial(good, [&](DialOptions& options) { options.ca_pem = other.cert_pem; });
  EXPECT_EQ(unknown.cause, "tls_certificate");
  EXPECT_THAT(unknown.detail.english(), HasSubstr("-ca-file"));
  EXPECT_EQ(Dial(good, [](DialOptions& options) { options.ca_pem.clear(); }).cause, "tls_certificate");
  const DialResult named = Dial(other, [](DialOptions&) {});
  EXPECT_EQ(named.cause, "tls_certificate") << "the name is another";
  EXPECT_THAT(named.detail.english(), HasSubstr("it is for other.example; name one of these in -server"));
  EXPECT_THAT(Dial(MakeTestIdentity("DNS:a.example,IP:10.1.2.3"), [](DialOptions&) {}).detail.english(),
              HasSubstr("it is for a.example, 10.1.2.3;"));
  EXPECT_EQ(Dial(other, [](DialOptions& options) { options.url.host = "localhost"; }).cause, "tls_certificate");
  EXPECT_EQ(Dial(other, [](DialOptions& options) { options.insecure_skip_verify = true; }).cause, "");
}

TEST_F(TlsDialTest, AServerWithoutTls) {
  ScriptedServer server([](Peer& peer) { peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  AsioEventLoop loop;
  const DialResult result = DialOnce(loop, LoopbackOptions(server.port(), true));
  EXPECT_EQ(result.cause, "tls");
  EXPECT_THAT(result.detail.english(), HasSubstr("ws://"));
}

}  // namespace
}  // namespace wsload
