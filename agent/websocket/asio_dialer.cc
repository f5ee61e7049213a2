#include "agent/websocket/asio_dialer.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "agent/websocket/dial_attempt.h"
#include "common/loop/callback_scope.h"
#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload {
namespace {

/// The dials to one server.
class Place {
 public:
  Place(AsioEventLoop& loop, const DialOptions& options, std::shared_ptr<Transport> transport,
        std::unique_ptr<TlsContext> tls)
      : shared_{options,
                std::move(transport),
                UpgradeTemplate(options),
                std::move(tls),
                Resolver(loop, options.url.host, options.url.port),
                Routes(options.clients, options.sources.addresses())} {}

  void Dial(int64_t client, const std::string& token_name, const std::string& token_value, DialCallback done) {
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

  void CancelAll() {
    for (const auto& [attempt, owned] : attempts_) attempt->Cancel();
  }

 private:
  void OnResolved() {
    for (const auto& [attempt, owned] : attempts_) attempt->OnResolved();
  }

  DialShared shared_;
  std::unordered_map<DialAttempt*, std::unique_ptr<DialAttempt>> attempts_;
};

absl::StatusOr<std::unique_ptr<TlsContext>> TlsFor(const DialOptions& options) {
  if (!options.url.secure) return std::unique_ptr<TlsContext>();
  return TlsContext::New(options);
}

class AsioDialer final : public Dialer {
 public:
  AsioDialer(AsioEventLoop& loop, const DialOptions& options, std::unique_ptr<TlsContext> tls)
      : loop_(loop),
        options_(options),
        transport_(std::make_shared<Transport>(loop, options)),
        place_(loop, options, transport_, std::move(tls)) {}

  void Dial(int64_t client, const std::string& token_name, const std::string& token_value, DialCallback done) override {
    place_.Dial(client, token_name, token_value, std::move(done));
  }

  void DialAt(const HostPort& server, int64_t client, const std::string& token_name, const std::string& token_value,
              DialCallback done) override {
    absl::StatusOr<Place*> place = PlaceOf(server);
    if (place.ok()) return (*place)->Dial(client, token_name, token_value, std::move(done));
    const int64_t now_ns = loop_.MonoNs();
    scope_.Post(loop_, [done = std::move(done), now_ns, why = ErrorLines(place.status())] {
      done(DialResult{.cause = "other", .detail = why, .started_ns = now_ns, .finished_ns = now_ns});
    });
  }

  void CancelAll() override {
    place_.CancelAll();
    for (const auto& [server, place] : elsewhere_) place->CancelAll();
  }

  Traffic traffic() const override { return transport_->traffic; }

 private:
  absl::StatusOr<Place*> PlaceOf(const HostPort& server) {
    std::unique_ptr<Place>& place = elsewhere_[{server.host, server.port}];
    if (place != nullptr) return place.get();
    DialOptions options = options_;
    options.url.host = server.host;
    options.url.port = server.port;
    absl::StatusOr<std::unique_ptr<TlsContext>> tls = TlsFor(options);
    absl::Status made = tls.status();
    if (made.ok() && elsewhere_.size() > kMostPlaces) {
      made =
          LocalInvalidArgument({"more than {} servers in redirections", "重定向涉及的服务器超过 {} 个"}, kMostPlaces);
    }
    if (!made.ok()) {
      elsewhere_.erase({server.host, server.port});
      return made;
    }
    place = std::make_unique<Place>(loop_, options, transport_, *std::move(tls));
    return place.get();
  }

  AsioEventLoop& loop_;
  const DialOptions options_;
  const std::shared_ptr<Transport> transport_;
  Place place_;
  std::map<std::pair<std::string, uint16_t>, std::unique_ptr<Place>> elsewhere_;  ///< where redirections led
  const CallbackScope scope_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Dialer>> NewDialer(AsioEventLoop& loop, const DialOptions& options) {
  if (options.timeout_ns <= 0)
    return LocalInvalidArgument({"connect timeout: give more than 0", "连接超时：必须大于 0"});
  if (options.max_message_bytes <= 0)
    return LocalInvalidArgument({"largest message: give more than 0 bytes", "最大消息：必须大于 0 字节"});
  if (absl::Status checked = UpgradeTemplate::Check(options); !checked.ok()) return checked;
  absl::StatusOr<std::unique_ptr<TlsContext>> tls = TlsFor(options);
  if (!tls.ok()) return tls.status();
  return std::make_unique<AsioDialer>(loop, options, *std::move(tls));
}

}  // namespace wsload
