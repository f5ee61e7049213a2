#include "agent/websocket/asio_dialer.h"

#include <unordered_map>
#include <utility>

#include "agent/websocket/dial_attempt.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

class AsioDialer final : public Dialer {
 public:
  AsioDialer(AsioEventLoop& loop, const DialOptions& options, std::unique_ptr<TlsContext> tls)
      : shared_{options,
                std::make_shared<Transport>(loop, options),
                UpgradeTemplate(options),
                std::move(tls),
                Resolver(loop, options.url.host, options.url.port),
                Routes(options.clients, options.sources.addresses())} {}

  void Dial(int64_t client, const std::string& token_name, const std::string& token_value, DialCallback done) override {
    auto attempt =
        std::make_unique<DialAttempt>(shared_, client, shared_.options.url.Target(token_name, token_value),
                                      [this, done = std::move(done)](DialAttempt* finished, DialResult result) mutable {
                                        const DialCallback callback = std::move(done);
                                        attempts_.erase(finished);  // and this function with it
                                        callback(std::move(result));
                                      });
    DialAttempt* started = attempt.get();
    attempts_.emplace(started, std::move(attempt));
    started->Start();
    if (shared_.resolver.Resolve([this] { OnResolved(); }) != Resolver::State::kWaiting) started->OnResolved();
  }

  void CancelAll() override {
    for (const auto& [attempt, owned] : attempts_) attempt->Cancel();
  }

  Traffic traffic() const override { return shared_.transport->traffic; }

 private:
  void OnResolved() {
    for (const auto& [attempt, owned] : attempts_) attempt->OnResolved();
  }

  DialShared shared_;
  std::unordered_map<DialAttempt*, std::unique_ptr<DialAttempt>> attempts_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Dialer>> NewDialer(AsioEventLoop& loop, const DialOptions& options) {
  if (options.timeout_ns <= 0)
    return LocalInvalidArgument({"connect timeout: give more than 0", "连接超时：必须大于 0"});
  if (options.max_message_bytes <= 0)
    return LocalInvalidArgument({"largest message: give more than 0 bytes", "最大消息：必须大于 0 字节"});
  if (absl::Status checked = UpgradeTemplate::Check(options); !checked.ok()) return checked;
  std::unique_ptr<TlsContext> tls;
  if (options.url.secure) {
    absl::StatusOr<std::unique_ptr<TlsContext>> made = TlsContext::New(options);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }
  return std::make_unique<AsioDialer>(loop, options, std::move(tls));
}

}  // namespace wsload
