#include "agent/service/grpc_agent_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
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
#include "agent/service/health_call.h"
#include "agent/service/lent_sockets.h"
#include "agent/service/run_stream.h"
#include "agent/service/stranger_gate.h"
#include "agent/service/unary_call.h"
#include "agent/session/run_slot.h"
#include "common/http/connection_listener.h"
#include "common/loop/asio_event_loop.h"
#include "common/time/clock.h"
#include "common/time/deadline.h"
#include "common/util/descriptor_limit.h"
#include "common/util/local_error.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

// A plan with its certificates and headers stays far below.
constexpr int kMaxReceivedBytes = 1 << 20;
// One runs; the others probe, or learn that the agent is busy.
constexpr size_t kMaxStreams = 64;
// Open calls of all kinds, of those who are let in.
constexpr int kMaxCalls = 256;
// Of one connection: a controller asks one thing at a time.
constexpr int kMaxStreamsPerConnection = 16;
// A token has 4096 bytes at most.
constexpr int kMaxMetadataBytes = 8 << 10;
// What is read at once: between two reads there is time to see that a peer opens and resets streams without end.
constexpr int kReadBytes = 8 << 10;
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kMinPingIntervalMs = 5'000;
// Who does not get through TLS or HTTP/2's first frames by then is no controller.
constexpr int kHandshakeTimeoutMs = 10'000;
// Between the calls of a controller there is less; strangers that behave well and want nothing must not pile up.
constexpr int kIdleTimeoutMs = 60'000;
// What gRPC may hold for all its peers together, in buffers of theirs.
constexpr size_t kMaxBufferBytes = 128 << 20;
// A call that has not ended by then is cancelled.
constexpr int64_t kShutdownTimeoutNs = 2 * kNsPerSecond;
// How often the gate is looked at, while there are strangers and when there are none.
constexpr int64_t kGateIntervalNs = 100 * kNsPerMs;
constexpr int64_t kQuietGateIntervalNs = kNsPerSecond;
// Strangers get a part of the descriptors at most, where these are few.
constexpr size_t kDescriptorsPerStranger = 8;
constexpr size_t kFewStrangers = 8;

size_t MostStrangers() {
  const int64_t descriptors = ReadDescriptorLimit().soft;
  if (descriptors <= 0) return StrangerGate::kMost;
  return std::clamp(static_cast<size_t>(descriptors) / kDescriptorsPerStranger, kFewStrangers, StrangerGate::kMost);
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const ServerSecurity& security) {
  if (security.identity.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(security.client_ca_pem.empty()
                                                ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_key_cert_pairs = {{security.identity.key_pem, security.identity.cert_pem}};
  options.pem_root_certs = security.client_ca_pem;
  return grpc::SslServerCredentials(options);
}

const grpc::Status kTooManyCalls(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls at once");

/// A call that ends before it has begun.
class RefusedStream final : public grpc::ServerBidiReactor<v1::ControllerMessage, v1::AgentMessage> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

/// A message that is small on the wire and large in memory must not get that far.
void RefuseCompression(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
}

/// What peers may make gRPC hold, and for how long.
void BoundPeers(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  // Windows that grow with the bandwidth are for those who have much to say.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  for (const char* chunk :
       {GRPC_ARG_TCP_READ_CHUNK_SIZE, GRPC_ARG_TCP_MIN_READ_CHUNK_SIZE, GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE}) {
    builder.AddChannelArgument(chunk, kReadBytes);
  }
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleTimeoutMs);
  builder.SetResourceQuota(grpc::ResourceQuota("wsload-agent").Resize(kMaxBufferBytes));
}

}  // namespace

/// Run is a method of the service; all others are seen as its calls of the generic one, by CreateReactor().
using RunService = v1::Agent::WithCallbackMethod_Run<v1::Agent::WithGenericMethod_Describe<v1::Agent::Service>>;

class GrpcAgentServer::Impl final : public RunService, public grpc::CallbackGenericService {
 public:
  Impl(AgentConfig config, HostPort address, const ServerSecurity& security)
      : slot_(SystemClock()),
        config_(std::move(config)),
        address_(std::move(address)),
        guard_(SystemClock(), security.token),
        gate_(SystemClock(), sockets_, MostStrangers()) {
    config_.slot = &slot_;
    config_.teardown_loop = &teardown_loop_;
  }

  ~Impl() override {
    if (server_ == nullptr) return;
    std::promise<void> closed;
    loop_.Post([this, &closed] {
      leaving_ = true;
      gate_timer_.reset();
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
    gate_timer_ = loop_.NewTimer([this] { LookAtTheGate(); });
    listener_ = std::make_unique<ConnectionListener>(
        loop_, kKeepaliveTimeoutMs, [this](int fd, const SocketAddress& peer) { Take(fd, peer); },
        [this] { gate_.EndOldest(); });
    const HostPort wanted = address_;
    if (const absl::Status open = listener_->Open(address_); !open.ok()) {
      return LocalStatus(absl::StatusCode::kUnavailable,
                         FillLocal({"cannot listen on {}: {}; free it, or choose another -listen",
                                    "无法监听 {}：{}；请释放该地址，或更换 -listen"},
                                   wanted.ToString(), open));
    }
    grpc::ServerBuilder builder;
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, Credentials(security));
    builder.RegisterService(this);
    builder.RegisterCallbackGenericService(this);
    RefuseCompression(builder);
    BoundPeers(builder);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return LocalStatus(absl::StatusCode::kUnavailable,
                         FillLocal({"gRPC does not start on {}; look at -tls-cert, -tls-key and -tls-client-ca",
                                    "gRPC 无法在 {} 上启动；请检查 -tls-cert、-tls-key 和 -tls-client-ca"},
                                   wanted.ToString()));
    }
    absl::Status started = StartThread(teardown_thread_, [this] { teardown_loop_.Run(); });
    if (started.ok()) started = StartThread(thread_, [this] { loop_.Run(); });
    if (!started.ok()) {
      if (teardown_thread_.joinable()) {
        teardown_loop_.Stop();
        teardown_thread_.join();
      }
      listener_.reset();
      gate_timer_.reset();
      server_->Shutdown();
      server_.reset();
      return started;
    }
    return absl::OkStatus();
  }

  const HostPort& address() const { return address_; }

  void SetToken(std::string token) { guard_.SetToken(std::move(token)); }

  void Drain(const LocalString& reason, int64_t timeout_ns) {
    serving_ = false;
    loop_.Post([this, reason] {
      leaving_ = true;
      for (RunStream* stream : streams_) stream->Drain(reason);
    });
    std::unique_lock lock(mutex_);
    none_left_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), [this] { return open_calls_ == 0; });
  }

 private:
  void Take(int fd, const SocketAddress& peer) {
    if (!gate_.Add(fd, peer)) {
      close(fd);
      return;
    }
    gate_timer_->ArmAt(loop_.MonoNs() + kGateIntervalNs);
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    acceptor_->HandleNewConnection(&connection);
  }

  void LookAtTheGate() {
    gate_.LookAtAll();
    gate_timer_->ArmAt(loop_.MonoNs() + (gate_.strangers() > 0 ? kGateIntervalNs : kQuietGateIntervalNs));
  }

  /// OK for who may give this agent work.
  grpc::Status Welcome(const grpc::CallbackServerContext& context) {
    const std::string peer = context.peer();
    gate_.CountCall(peer);
    grpc::Status welcome = guard_.Check(context);
    if (welcome.ok()) gate_.LetIn(peer);
    return welcome;
  }

  grpc::ServerBidiReactor<v1::ControllerMessage, v1::AgentMessage>* Run(grpc::CallbackServerContext* context) override {
    if (const grpc::Status welcome = Welcome(*context); !welcome.ok()) return new RefusedStream(welcome);
    if (!CountBegun()) return new RefusedStream(kTooManyCalls);
    auto* stream = new RunStream(loop_, context, [this](RunStream* ended) { Remove(ended); });
    loop_.Post([this, stream] { Add(stream); });
    return stream;
  }

  /// Calls of all methods but Run.
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    if (context->method() == kDescribeMethod) return Describe(*context);
    gate_.CountCall(context->peer());
    if (context->method() != kHealthCheckMethod) {
      return new RefusedUnaryCall(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "the agent has no such method"));
    }
    auto* call = new HealthCall(serving_);
    call->Begin();
    return call;
  }

  grpc::ServerGenericBidiReactor* Describe(const grpc::CallbackServerContext& context) {
    if (const grpc::Status welcome = Welcome(context); !welcome.ok()) return new RefusedUnaryCall(welcome);
    if (!CountBegun()) return new RefusedUnaryCall(kTooManyCalls);
    auto* call = new DescribeCall(loop_, config_, [this](DescribeCall* ended) {
      delete ended;
      CountEnded();
    });
    call->Begin();
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

  /// False: there are too many already.
  bool CountBegun() {
    const std::lock_guard lock(mutex_);
    if (open_calls_ >= kMaxCalls) return false;
    ++open_calls_;
    return true;
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
  LentSockets sockets_;
  StrangerGate gate_;
  std::atomic<bool> serving_ = true;
  AsioEventLoop teardown_loop_;
  AsioEventLoop loop_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<ConnectionListener> listener_;  ///< the loop's, once that runs
  std::unique_ptr<Timer> gate_timer_;             ///< likewise
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

void GrpcAgentServer::Drain(const LocalString& reason, int64_t timeout_ns) { impl_->Drain(reason, timeout_ns); }

}  // namespace wsload
