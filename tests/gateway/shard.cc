#include "tests/gateway/shard.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/system_error.h"
#include "common/util/thread.h"
#include "tests/gateway/listener.h"

namespace wsload::gateway {
namespace {

constexpr int64_t kHandshakeTimeoutNs = 10 * kNsPerSecond;
constexpr int64_t kAcceptRetryNs = 10 * kNsPerMs;
constexpr int64_t kStopDrainNs = 1 * kNsPerSecond;
constexpr size_t kEventsPerWait = 256;

}  // namespace

Shard::Shard(const GatewayOptions& options, int32_t index, SharedState& shared, SSL_CTX* tls, MessageChannel channel)
    : shared_(shared),
      tls_(tls),
      clock_(SystemClock()),
      state_{.options = options, .shared = shared, .clock = clock_, .index = index},
      application_(state_, std::move(channel)),
      context_{.handler = application_, .traffic = state_.truth.traffic, .clock = clock_} {}

absl::StatusOr<std::unique_ptr<Shard>> Shard::New(const GatewayOptions& options, int32_t index, SharedState& shared,
                                                  SSL_CTX* tls) {
  auto channel = MessageChannel::New(options);
  if (!channel.ok()) return channel.status();
  std::unique_ptr<Shard> shard(new Shard(options, index, shared, tls, *std::move(channel)));
  shard->epoll_.Reset(epoll_create1(EPOLL_CLOEXEC));
  shard->wake_.Reset(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  shard->timer_.Reset(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!shard->epoll_.valid() || !shard->wake_.valid() || !shard->timer_.valid()) {
    return LocalStatus(absl::StatusCode::kUnavailable, FillLocal({"no epoll, event or timer descriptor: {}",
                                                                  "没有可用的 epoll、事件或定时器描述符：{}"},
                                                                 SystemErrorLines(errno)));
  }
  if (auto status = shard->Watch(shard->wake_.get(), EPOLLIN, kWakeId); !status.ok()) return status;
  shared.exchange().SetWaker(index, [raw = shard.get()] { eventfd_write(raw->wake_.get(), 1); });
  if (auto status = shard->Watch(shard->timer_.get(), EPOLLIN | EPOLLET, kTimerId); !status.ok()) return status;
  return shard;
}

absl::Status Shard::Watch(int fd, uint32_t events, uint64_t id) const {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = id;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  return LocalStatus(
      absl::StatusCode::kUnavailable,
      FillLocal({"epoll does not take a descriptor: {}", "epoll 无法加入描述符：{}"}, SystemErrorLines(errno)));
}

absl::Status Shard::ListenOn(FileDescriptor listener, HostPort address, std::vector<Shard*> shards) {
  listener_ = std::move(listener);
  address_ = std::move(address);
  shards_ = std::move(shards);
  return Watch(listener_.get(), EPOLLIN | EPOLLET, kListenerId);
}

absl::Status Shard::Start(std::function<std::string()> truth_text) {
  truth_text_ = std::move(truth_text);
  // Signals are for the program's own threads; with SIGPIPE blocked, OpenSSL's writes fail with EPIPE like all others.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  absl::Status started = StartThread(thread_, [this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

void Shard::RequestStop() {
  {
    const std::lock_guard lock(inbox_mutex_);
    stop_requested_ = true;
  }
  stop_requested_changed_.notify_all();
  eventfd_write(wake_.get(), 1);
}

void Shard::RequestRestart() {
  restart_requested_ = true;
  eventfd_write(wake_.get(), 1);
}

void Shard::RequestCut() {
  cut_requested_ = true;
  eventfd_write(wake_.get(), 1);
}

void Shard::Join() {
  if (thread_.joinable()) thread_.join();
}

void Shard::Adopt(FileDescriptor socket) {
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(std::move(socket));
  }
  eventfd_write(wake_.get(), 1);
}

std::unique_lock<std::mutex> Shard::TakeTurn() const {
  const std::lock_guard turn(turn_mutex_);
  return std::unique_lock(mutex_);
}

void Shard::AddTo(GroundTruth& truth) const {
  const auto lock = TakeTurn();
  truth.Add(state_.truth);
}

void Shard::Run() {
  std::array<epoll_event, kEventsPerWait> events;
  while (true) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), more_to_push_ ? 0 : -1);
    std::unique_lock lock = TakeTurn();
    for (int i = 0; i < count; ++i) {
      WaitOutStall(lock);
      // The deadline of an acknowledgement does not wait for a long list of sockets.
      RunDueTimers();
      HandleEvent(events[static_cast<size_t>(i)].data.u64, events[static_cast<size_t>(i)].events);
    }
    RunDueTimers();
    DeliverPushes();
    AnswerStats(lock);
    if (restart_requested_.exchange(false)) BeginRestart();
    if (cut_requested_.exchange(false)) CutAll();
    if (stop_requested_ && !stopping_) BeginStop();
    if (stopping_ && (state_.connections.size() == 0 || clock_.MonoNs() >= stop_deadline_ns_)) break;
    ArmTimer();
  }
  const auto lock = TakeTurn();
  for (const uint64_t id : state_.connections.Ids()) {
    state_.connections.Find(id)->Abort();
    state_.connections.Remove(id);
  }
  application_.GiveUpPending();
}

void Shard::HandleEvent(uint64_t id, uint32_t events) {
  if (id == kTimerId) return;  // RunDueTimers() follows
  if (id == kWakeId) {
    eventfd_t wakes;
    eventfd_read(wake_.get(), &wakes);
    return TakeInbox();
  }
  if (id == kListenerId) return Accept();
  Connection* connection = state_.connections.Find(id);
  if (connection == nullptr) return;
  connection->OnReady((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  if (connection->done() || (stopping_ && connection->farewell_said())) state_.connections.Remove(id);
}

// --- time

void Shard::RunDueTimers() {
  if (state_.timers.NextDueNs() == TimerHeap::kNever) return;
  const int64_t now_ns = clock_.MonoNs();
  Timer timer;
  while (state_.timers.PopDue(now_ns, timer)) HandleTimer(timer, now_ns);
  FlushDirty();
}

void Shard::HandleTimer(const Timer& timer, int64_t now_ns) {
  if (timer.kind == TimerKind::kAcceptRetry) return Accept();
  if (timer.kind == TimerKind::kListenAgain) return ListenAgain();
  if (timer.kind != TimerKind::kHandshakeTimeout && timer.kind != TimerKind::kCloseTimeout) {
    return application_.OnTimer(timer, now_ns);
  }
  Connection* connection = state_.connections.Find(timer.connection);
  if (connection == nullptr) return;
  if (timer.kind == TimerKind::kHandshakeTimeout) {
    if (!connection->in_handshake()) return;
    const int64_t timeout_ns = connection->session.last_receipt_ns + kHandshakeTimeoutNs;
    if (now_ns < timeout_ns) return state_.timers.Add(timeout_ns, TimerKind::kHandshakeTimeout, timer.connection);
  }
  connection->Abort();
  state_.connections.Remove(timer.connection);
}

void Shard::FlushDirty() {
  for (const uint64_t id : state_.dirty) {
    Connection* connection = state_.connections.Find(id);
    if (connection == nullptr) continue;
    connection->session.dirty = false;
    connection->Flush();
    if (connection->done()) state_.connections.Remove(id);
  }
  state_.dirty.clear();
}

void Shard::ArmTimer() {
  int64_t next_ns = state_.timers.NextDueNs();
  if (stopping_) next_ns = std::min(next_ns, stop_deadline_ns_);
  // One that fires too early costs a turn of the loop, less than arming it anew each time.
  if (next_ns == TimerHeap::kNever || (armed_ns_ <= next_ns && armed_ns_ > clock_.MonoNs())) return;
  armed_ns_ = next_ns;
  itimerspec when = {};
  when.it_value.tv_sec = next_ns / kNsPerSecond;
  when.it_value.tv_nsec = next_ns % kNsPerSecond;
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void Shard::WaitOutStall(std::unique_lock<std::mutex>& lock) {
  const int64_t now_ns = clock_.MonoNs();
  const int64_t end_ns = stopping_ ? 0 : shared_.StallEndNs(now_ns);
  if (end_ns == 0) return;
  // The thread sleeps as a server in a long garbage collection does: nothing is accepted, read or sent.
  lock.unlock();
  {
    std::unique_lock inbox_lock(inbox_mutex_);
    stop_requested_changed_.wait_for(inbox_lock, std::chrono::nanoseconds(end_ns - now_ns),
                                     [this] { return stop_requested_.load(); });
  }
  lock = TakeTurn();
}

void Shard::DeliverPushes() {
  if (!application_.has_pushes()) {
    more_to_push_ = false;
    return;
  }
  more_to_push_ = application_.DeliverPushes(clock_.MonoNs());
  FlushDirty();
}

// --- connections

void Shard::Accept() {
  while (listener_.valid()) {
    FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.valid()) {
      if (errno == EAGAIN) return;
      if (errno == ECONNABORTED || errno == EINTR) continue;
      ++state_.truth.connections.accept_errors;
      state_.timers.Add(clock_.MonoNs() + kAcceptRetryNs, TimerKind::kAcceptRetry);
      return;
    }
    Shard* shard = shards_[next_shard_++ % shards_.size()];
    if (shard == this) {
      AddConnection(std::move(socket));
    } else {
      shard->Adopt(std::move(socket));
    }
  }
}

void Shard::TakeInbox() {
  std::vector<FileDescriptor> sockets;
  {
    const std::lock_guard lock(inbox_mutex_);
    sockets.swap(inbox_);
  }
  for (FileDescriptor& socket : sockets) AddConnection(std::move(socket));
}

void Shard::AddConnection(FileDescriptor socket) {
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int fd = socket.Release();
  Connection& connection = state_.connections.Add(fd, tls_, context_);
  const uint64_t id = connection.id();
  state_.timers.Add(clock_.MonoNs() + kHandshakeTimeoutNs, TimerKind::kHandshakeTimeout, id);
  if (!Watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, id).ok()) {
    ++state_.truth.connections.accept_errors;
    connection.Abort();
    state_.connections.Remove(id);
  }
}

void Shard::AnswerStats(std::unique_lock<std::mutex>& lock) {
  const std::vector<uint64_t> asked = application_.TakeStatsRequests();
  if (asked.empty()) return;
  lock.unlock();  // the truth takes every shard's lock in turn, this one's too
  const std::string answer = HttpAnswer(200, "application/json", truth_text_() + "\n");
  lock = TakeTurn();
  for (const uint64_t id : asked) {
    Connection* connection = state_.connections.Find(id);
    if (connection == nullptr) continue;
    connection->AnswerHttp(answer);
    if (connection->done()) state_.connections.Remove(id);
  }
}

void Shard::BeginStop() {
  stopping_ = true;
  stop_deadline_ns_ = clock_.MonoNs() + kStopDrainNs;
  listener_.Reset();
  TakeInbox();
  for (const uint64_t id : state_.connections.Ids()) {
    Connection& connection = *state_.connections.Find(id);
    if (connection.in_handshake() || connection.awaits_upgrade()) connection.Abort();
    connection.Close(CloseCode::kGoingAway, "the server is shutting down");
    if (connection.done()) state_.connections.Remove(id);
  }
}

// --- restart

void Shard::BeginRestart() {
  // While it is down there is nothing to restart.
  if (!listener_.valid() || stopping_) return;
  listener_.Reset();
  ++state_.truth.restarts.count;
  shared_.ForgetQueue();
  // Whatever was accepted is in some shard's inbox by now.
  for (Shard* shard : shards_) shard->RequestCut();
  state_.timers.Add(clock_.MonoNs() + state_.options.restart_for_ns, TimerKind::kListenAgain);
}

void Shard::CutAll() {
  TakeInbox();
  for (const uint64_t id : state_.connections.Ids()) {
    Connection& connection = *state_.connections.Find(id);
    const bool open = connection.open();
    if (open && !connection.session.check) ++state_.truth.restarts.connections;
    if (connection.in_handshake() || connection.awaits_upgrade()) ++state_.truth.restarts.handshakes;
    if (open && state_.options.restart_how == RestartHow::kOrderly) {
      connection.Close(CloseCode::kServiceRestart, "the server restarts");
    } else {
      connection.Cut();
    }
    if (connection.done()) state_.connections.Remove(id);
  }
}

void Shard::ListenAgain() {
  if (stopping_ || listener_.valid()) return;
  auto listener = Listen(address_);
  if (listener.ok() && Watch(listener->get(), EPOLLIN | EPOLLET, kListenerId).ok()) {
    listener_ = *std::move(listener);
    return;
  }
  // Somebody has taken the port meanwhile, or descriptors are short.
  ++state_.truth.connections.accept_errors;
  state_.timers.Add(clock_.MonoNs() + kAcceptRetryNs, TimerKind::kListenAgain);
}

}  // namespace wsload::gateway
