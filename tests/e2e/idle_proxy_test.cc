// Debian's nginx before an echo server, with a limit for connections that say
// nothing: heartbeats keep them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/listener.h"

namespace wsload::e2e {
namespace {

constexpr char kNginx[] = "/usr/sbin/nginx";

/// nginx on a port that the kernel chose: it inherits the listening socket.
class Nginx {
 public:
  /// In front of `url`, which has no path; it ends what is idle for a second.
  explicit Nginx(const std::string& url) {
    const std::string port = std::to_string(listener_.port());
    const std::string& dir = directory_.path();
    const std::string config = directory_.Write(
        "nginx.conf",
        "daemon off; worker_processes 1; pid " + dir + "/pid; error_log " + dir +
            "/error.log;\n"
            "events { worker_connections 256; }\n"
            "http { access_log off; client_body_temp_path " +
            dir + "/1; proxy_temp_path " + dir + "/2; fastcgi_temp_path " + dir + "/3; uwsgi_temp_path " + dir +
            "/4; scgi_temp_path " + dir + "/5;\n server { listen 127.0.0.1:" + port + "; location / { proxy_pass http" +
            url.substr(url.find(':')) +
            "; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection Upgrade;\n"
            "   proxy_read_timeout 1s; proxy_send_timeout 1s; } } }\n");
    process_ = std::make_unique<Process>(std::vector<std::string>{kNginx, "-p", dir, "-c", config},
                                         std::vector<std::string>{"NGINX=" + std::to_string(listener_.fd()) + ";"});
  }
  ~Nginx() {
    // Asked to end it takes its workers along; killed it does not.
    process_->Signal(SIGTERM);
    process_->Wait(std::chrono::seconds(5));
  }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(listener_.port()) + "/"; }

 private:
  const TempDir directory_;
  const Listener listener_;
  std::unique_ptr<Process> process_;
};

class IdleProxy : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kNginx)) GTEST_SKIP() << "nginx is not installed";
    nginx_ = std::make_unique<Nginx>(gateway_.url().substr(0, gateway_.url().rfind('/')));
  }

  /// Every client has something to say once in 5 s, the proxy waits for one.
  Outcome Run(const std::string& heartbeat) {
    return RunController({"-protocol=echo", "-clients=20", "-mps=4", "-duration=4s", "-ramp-up=200ms",
                          "-heartbeat=" + heartbeat, "-server=" + nginx_->url() + "ws"});
  }

  Gateway gateway_{{"-echo"}};
  std::unique_ptr<Nginx> nginx_;
};

TEST_F(IdleProxy, PingsKeepConnectionsThatSayLittle) {
  const Outcome run = Run("300ms");
  EXPECT_EQ(Int(run.result, "/totals/connections/lost"), 0) << run.out;
  EXPECT_EQ(Int(run.result, "/totals/success"), 16) << run.out;
  EXPECT_GE(Int(run.result, "/totals/heartbeats_acked"), 20 * 10);
  EXPECT_EQ(Int(run.result, "/latency_us/heartbeat/count"), Int(run.result, "/totals/heartbeats_acked"));
}

TEST_F(IdleProxy, WithoutThemTheyAreLostAndTheResultSaysSo) {
  const Outcome run = Run("0");
  // The last ones carry what the others no longer do, and may stay.
  EXPECT_GE(Int(run.result, "/totals/connections/lost"), 15) << run.out;
  EXPECT_NE(run.exit_code, 0);
  ExpectConserved(run.result);
}

}  // namespace
}  // namespace wsload::e2e
