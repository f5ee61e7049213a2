#include "agent/service/grpc_agent_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "agent/service/call_guard.h"
#include "agent/service/describe_call.h"
#include "agent/service/run_stream.h"
#include "agent/session/run_slot.h"
#include "common/http/connection_listener.h"
#include "common/loop/asio_event_loop.h"
#include "common/time/clock.h"
#include "common/time/deadline.h"
#include "common/util/status.h"

namespace wsload {
namespace {

// A plan with its certificates and headers stays far below.
constexpr int kMaxReceivedBytes = 1 << 20;
// One runs; the others probe, or learn that the agent is busy.
constexpr size_t kMaxStreams = 64;
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kMinPingIntervalMs = 5'000;
// Who does not get through TLS or HTTP/2's first frames by then is no controller.
constexpr int kHandshakeTimeoutMs = 10'000;
// Between the calls of a controller there is less; strangers that behave well and want nothing must not pile up.
constexpr int kIdleTimeoutMs = 60'000;
// What gRPC may hold for all its peers together, in buffers of theirs.
constexpr size_t kMaxBufferBytes = 512 << 20;
// A call that has not ended by then is cancelled.
constexpr int64_t kShutdownTimeoutNs = 2 * kNsPerSecond;

std::shared_ptr<grpc::ServerCredentials> Credentials(const ServerSecurity& security) {
  if (security.identity.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(security.client_ca_pem.empty()
                                                ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_key_cert_pairs = {{security.identity.key_pem, security.identity.cert_pem}};
  options.pem_root_certs = security.client_ca_pem;
  return grpc::SslServerCredentials(options);
}

/// A call that ends before it has begun.
class RefusedStream final : public grpc::ServerBidiReactor<v1::ControllerMessage, v1::AgentMessage> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class RefusedCall final : public grpc::ServerUnaryReactor {
 public:
  explicit RefusedCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

class GrpcAgentServer::Impl final : public v1::Agent::CallbackService {
 public:
  Impl(AgentConfig config, HostPort address, const ServerSecurity& security)
      : slot_(SystemClock()),
        config_(std::move(config)),
        address_(std::move(address)),
        guard_(SystemClock(), security.token) {
    config_.slot = &slot_;
    config_.teardown_loop = &teardown_loop_;
  }

  ~Impl() override {
    if (server_ == nullptr) return;
    std::promise<void> closed;
    loop_.Post([this, &closed] {
      leaving_ = true;
      // A server that is shut down takes no connections, nor closes them.
      listener_.reset();
      for (RunStream* stream : streams_) stream->Abort();
      closed.set_value();
    });
    closed.get_future().wait();
    server_->Shutdown(DeadlineAfter(SystemClock(), kShutdownTimeoutNs));
    {
      std::unique_lock lock(mutex_);
      none_left_.wait(lock, [this] { return open_calls_ == 0; });
    }
    // What is being deleted still speaks to the other loop.
    std::promise<void> empty;
    teardown_loop_.Post([&empty] { empty.set_value(); });
    empty.get_future().wait();
    teardown_loop_.Stop();
    teardown_thread_.join();
    loop_.Stop();
    thread_.join();
  }

  absl::Status Listen(const ServerSecurity& security) {
    grpc::EnableDefaultHealthCheckService(true);
    // It would tell strangers what there is to attack; without a token there is nothing to hide.
    if (security.token.empty()) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    listener_ = std::make_unique<ConnectionListener>(loop_, kKeepaliveTimeoutMs, [this](int fd) { Take(fd); });
    const HostPort wanted = address_;
    if (const absl::Status open = listener_->Open(address_); !open.ok()) {
      return MakeStatus(absl::StatusCode::kUnavailable, "cannot listen on {}: {}; free it, or choose another -listen",
                        wanted.ToString(), Text(open));
    }
    grpc::ServerBuilder builder;
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, Credentials(security));
    builder.RegisterService(this);
    builder.SetMaxReceiveMessageSize(kMaxReceivedBytes);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(kMaxStreams));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleTimeoutMs);
    builder.SetResourceQuota(grpc::ResourceQuota("wsload-agent").Resize(kMaxBufferBytes));
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return MakeStatus(absl::StatusCode::kUnavailable,
                        "gRPC does not start on {}; look at -tls-cert, -tls-key and -tls-client-ca", wanted.ToString());
    }
    thread_ = std::thread([this] { loop_.Run(); });
    teardown_thread_ = std::thread([this] { teardown_loop_.Run(); });
    return absl::OkStatus();
  }

  const HostPort& address() const { return address_; }

  void SetToken(std::string token) { guard_.SetToken(std::move(token)); }

  void Drain(const std::string& reason, int64_t timeout_ns) {
    server_->GetHealthCheckService()->SetServingStatus(false);
    loop_.Post([this, reason] {
      leaving_ = true;
      for (RunStream* stream : streams_) stream->Drain(reason);
    });
    std::unique_lock lock(mutex_);
    none_left_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), [this] { return open_calls_ == 0; });
  }

 private:
  void Take(int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    acceptor_->HandleNewConnection(&connection);
  }

  grpc::ServerBidiReactor<v1::ControllerMessage, v1::AgentMessage>* Run(grpc::CallbackServerContext* context) override {
    if (const grpc::Status welcome = guard_.Check(*context); !welcome.ok()) return new RefusedStream(welcome);
    {
      const std::lock_guard lock(mutex_);
      ++open_calls_;
    }
    auto* stream = new RunStream(loop_, context, [this](RunStream* ended) { Remove(ended); });
    loop_.Post([this, stream] { Add(stream); });
    return stream;
  }

  grpc::ServerUnaryReactor* Describe(grpc::CallbackServerContext* context, const v1::DescribeRequest* request,
                                     v1::DescribeResponse* response) override {
    if (const grpc::Status welcome = guard_.Check(*context); !welcome.ok()) return new RefusedCall(welcome);
    {
      const std::lock_guard lock(mutex_);
      ++open_calls_;
    }
    auto* call = new DescribeCall(loop_, config_, *response, [this](DescribeCall* ended) {
      delete ended;
      CountEnded();
    });
    // A lookup may take seconds, and gRPC's own threads are few.
    call->Begin(*request);
    return call;
  }

  void Add(RunStream* stream) {
    streams_.insert(stream);
    if (leaving_) {
      stream->Reject(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the agent is leaving"));
    } else if (streams_.size() > kMaxStreams) {
      stream->Reject(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams"));
    } else {
      stream->Begin(config_);
    }
  }

  void Remove(RunStream* stream) {
    streams_.erase(stream);
    delete stream;
    CountEnded();
  }

  void CountEnded() {
    const std::lock_guard lock(mutex_);
    --open_calls_;
    if (open_calls_ == 0) none_left_.notify_all();
  }

  RunSlot slot_;
  AgentConfig config_;
  HostPort address_;
  CallGuard guard_;
  AsioEventLoop teardown_loop_;
  AsioEventLoop loop_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<ConnectionListener> listener_;  ///< the loop's, once that runs
  std::thread thread_;
  std::thread teardown_thread_;
  std::set<RunStream*> streams_;  ///< the loop's
  bool leaving_ = false;          ///< the loop's
  std::mutex mutex_;
  std::condition_variable none_left_;
  int open_calls_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

absl::StatusOr<std::unique_ptr<GrpcAgentServer>> GrpcAgentServer::Listen(AgentConfig config, const HostPort& address,
                                                                         const ServerSecurity& security) {
  auto impl = std::make_unique<Impl>(std::move(config), address, security);
  const absl::Status listening = impl->Listen(security);
  if (!listening.ok()) return listening;
  return std::unique_ptr<GrpcAgentServer>(new GrpcAgentServer(std::move(impl)));
}

GrpcAgentServer::GrpcAgentServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcAgentServer::~GrpcAgentServer() = default;

const HostPort& GrpcAgentServer::address() const { return impl_->address(); }

void GrpcAgentServer::SetToken(std::string token) { impl_->SetToken(std::move(token)); }

void GrpcAgentServer::Drain(const std::string& reason, int64_t timeout_ns) { impl_->Drain(reason, timeout_ns); }

}  // namespace wsload
