#include "agent/load/upgrade_probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "agent/load/dial_plan.h"
#include "agent/websocket/asio_dialer.h"
#include "common/loop/asio_event_loop.h"
#include "common/util/status.h"

namespace wsload {
namespace {

constexpr int kTries = 4;
constexpr int64_t kProbeCloseNs = 1 * kNsPerSecond;

/// What a second try may find otherwise: a server that is busy, or another address of its name.
bool MayPass(std::string_view cause) {
  return cause == "reset" || cause == "refused" || cause == "unreachable" || cause == "http_429" ||
         cause.starts_with("http_5");
}

/// One dial and its close, on a loop of its own.
class Attempt final : private ConnectionObserver {
 public:
  /// `number` decides over the addresses.
  UpgradeReport Run(const DialOptions& options, const RunPlan& plan, int64_t number, const std::string& token) {
    close_code_ = CloseCodeOf(plan);
    auto dialer = NewDialer(loop_, options);
    if (!dialer.ok()) return {"other", std::string(Text(dialer.status()))};
    loop_.Post([&, raw = dialer->get()] {
      raw->Dial(number, token.empty() ? std::string() : plan.token_param, token,
                [this](DialResult result) { OnDialled(std::move(result)); });
    });
    loop_.Run();
    connection_.reset();
    return std::move(report_);
  }

 private:
  void OnDialled(DialResult result) {
    report_ = {std::move(result.cause), std::move(result.detail), (result.finished_ns - result.started_ns) / kNsPerUs};
    connection_ = std::move(result.connection);
    if (connection_ == nullptr) return loop_.Stop();
    connection_->SetObserver(this);
    // How the server answers is no business of the check: it has seen what it is for.
    connection_->Close(close_code_, "", kProbeCloseNs);
  }

  void OnMessage(Connection&, std::string_view, bool, int64_t) override {}
  void OnClosed(Connection&, const CloseInfo&) override { loop_.Stop(); }

  AsioEventLoop loop_;
  uint16_t close_code_ = 0;
  UpgradeReport report_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

UpgradeProbe NewUpgradeProbe(const Clock& clock) {
  return [&clock](const RunPlan& plan, int64_t client) {
    DialOptions options = DialOptionsOf(plan, Progression{0, 1, kTries});
    options.user_agent_note = " (check)";
    const UserToken encoder(plan.jwt_key, plan.jwt_issuer);
    const int64_t end_ns = clock.MonoNs() + plan.conn_timeout_ns;
    UpgradeReport report;
    for (int tries = 0; tries < kTries; ++tries) {
      options.timeout_ns = std::max<int64_t>(end_ns - clock.MonoNs(), kNsPerMs);
      report = Attempt().Run(options, plan, tries,
                             TokenOf(encoder, plan, plan.first_user_id + client / plan.devices, clock.UnixNs()));
      if (!MayPass(report.cause)) break;
    }
    return report;
  };
}

}  // namespace wsload
