#include "tests/gateway/mock_gateway.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "common/net/lookup.h"
#include "common/util/local_error.h"
#include "common/util/system_error.h"
#include "tests/gateway/shard.h"

namespace wsload::gateway {
namespace {

absl::StatusOr<FileDescriptor> Listen(const HostPort& address) {
  const auto unavailable = [&address](const LocalString& why) {
    return LocalStatus(absl::StatusCode::kUnavailable,
                       FillLocal({"-listen={}: {}; choose another address, or port 0 for any free one",
                                  "-listen={}：{}；请换一个地址，或用端口 0 表示任意空闲端口"},
                                 address.ToString(), why));
  };
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) return unavailable(LookupErrorLines(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> free_found(found, freeaddrinfo);

  FileDescriptor fd(socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd.valid() || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0) {
    return unavailable(SystemErrorLines(errno));
  }
  return fd;
}

uint16_t BoundPort(const FileDescriptor& fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

struct MockGateway::Impl {
  explicit Impl(GatewayOptions given) : options(std::move(given)), shared(options) {}

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
  if (auto status = shards.front()->ListenOn(*std::move(listener), shards); !status.ok()) return status;
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

void MockGateway::Stop() {
  for (const auto& shard : impl_->shards) shard->RequestStop();
  for (const auto& shard : impl_->shards) shard->Join();
}

}  // namespace wsload::gateway
