#include "tests/gateway/mock_gateway.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/gateway/listener.h"
#include "tests/gateway/shard.h"

namespace wsload::gateway {
struct MockGateway::Impl {
  explicit Impl(GatewayOptions given) : options(std::move(given)), shared(options, SystemClock().UnixNs()) {}

  const GatewayOptions options;
  SharedState shared;
  TlsContext tls;
  uint16_t port = 0;
  std::vector<std::unique_ptr<Shard>> shards;
};

MockGateway::MockGateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MockGateway::~MockGateway() { Stop(); }

absl::StatusOr<std::unique_ptr<MockGateway>> MockGateway::Start(GatewayOptions options) {
  if (auto status = ValidateOptions(options); !status.ok()) return status;
  std::unique_ptr<MockGateway> gateway(new MockGateway(std::make_unique<Impl>(std::move(options))));
  Impl& impl = *gateway->impl_;
  if (!impl.options.tls_cert_file.empty()) {
    auto tls = NewTlsContext(impl.options.tls_cert_file, impl.options.tls_key_file);
    if (!tls.ok()) return tls.status();
    impl.tls = *std::move(tls);
  }
  auto listener = Listen(impl.options.listen);
  if (!listener.ok()) return listener.status();
  impl.port = BoundPort(*listener);

  std::vector<Shard*> shards;
  for (int32_t i = 0; i < impl.options.threads; ++i) {
    auto shard = Shard::New(impl.options, i, impl.shared, impl.tls.get());
    if (!shard.ok()) return shard.status();
    shards.push_back(impl.shards.emplace_back(*std::move(shard)).get());
  }
  if (auto status = shards.front()->ListenOn(*std::move(listener), {impl.options.listen.host, impl.port}, shards);
      !status.ok())
    return status;
  impl.shared.SetRestarter([first = shards.front()] { first->RequestRestart(); });
  for (Shard* shard : shards) {
    auto started = shard->Start([raw = gateway.get()] { return raw->truth().ToJson(); });
    if (!started.ok()) return started;
  }
  return gateway;
}

uint16_t MockGateway::port() const { return impl_->port; }

std::string MockGateway::url() const {
  const HostPort address{impl_->options.listen.host, impl_->port};
  return fmt::format("{}://{}{}", impl_->tls ? "wss" : "ws", address.ToString(), impl_->options.path);
}

GroundTruth MockGateway::truth() const {
  GroundTruth truth;
  for (const auto& shard : impl_->shards) shard->AddTo(truth);
  impl_->shared.AddTo(truth);
  return truth;
}

void MockGateway::Restart() { impl_->shards.front()->RequestRestart(); }

void MockGateway::Stop() {
  for (const auto& shard : impl_->shards) shard->RequestStop();
  for (const auto& shard : impl_->shards) shard->Join();
}

}  // namespace wsload::gateway
