// One thread of the gateway: an edge-triggered epoll loop over its connections and timers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/host_port.h"
#include "tests/gateway/application.h"
#include "tests/gateway/file_descriptor.h"
#include "tests/gateway/thread_state.h"

namespace wsload::gateway {

class Shard {
 public:
  /// `tls` may be null; all but `channel` must outlive the shard.
  static absl::StatusOr<std::unique_ptr<Shard>> New(const GatewayOptions& options, int32_t index, SharedState& shared,
                                                    SSL_CTX* tls);

  /// Before Start(): this shard accepts, and hands connections out to `shards` in turn (itself among them). `address`:
  /// where it listens again after a restart.
  absl::Status ListenOn(FileDescriptor listener, HostPort address, std::vector<Shard*> shards);

  /// Of the shard that accepts: asks its thread to close the listener and all connections of all shards, and to listen
  /// again in options.restart_for_ns. Nothing while it is down. Any thread.
  void RequestRestart();

  /// `truth_text` answers GET /stats; it is called without this shard's lock. As StartThread().
  absl::Status Start(std::function<std::string()> truth_text);

  /// Asks the thread to say goodbye to all and end. Any thread.
  void RequestStop();
  void Join();

  /// Takes over a connected socket. Any thread.
  void Adopt(FileDescriptor socket);

  /// Adds what this thread saw. Any thread.
  void AddTo(GroundTruth& truth) const;

 private:
  // What epoll hands back for everything that is no connection; connection ids never get there.
  static constexpr uint64_t kWakeId = ~uint64_t{0}, kTimerId = kWakeId - 1, kListenerId = kWakeId - 2;

  Shard(const GatewayOptions& options, int32_t index, SharedState& shared, SSL_CTX* tls, MessageChannel channel);
  absl::Status Watch(int fd, uint32_t events, uint64_t id) const;

  std::unique_lock<std::mutex> TakeTurn() const;
  void Run();
  void HandleEvent(uint64_t id, uint32_t events);
  void RunDueTimers();
  void HandleTimer(const Timer& timer, int64_t now_ns);
  void FlushDirty();
  void DeliverPushes();
  void ArmTimer();
  void WaitOutStall(std::unique_lock<std::mutex>& lock);
  void Accept();
  void AddConnection(FileDescriptor socket);
  void TakeInbox();
  void AnswerStats(std::unique_lock<std::mutex>& lock);
  void BeginStop();
  void BeginRestart();
  void ListenAgain();
  void CutAll();
  void RequestCut();

  SharedState& shared_;
  SSL_CTX* tls_;
  const Clock& clock_;
  FileDescriptor epoll_;
  FileDescriptor wake_;
  FileDescriptor timer_;
  FileDescriptor listener_;
  HostPort address_;
  std::vector<Shard*> shards_;
  size_t next_shard_ = 0;
  std::function<std::string()> truth_text_;

  // Held by the thread while it works, free while it sleeps: so others get a whole view of its state.
  mutable std::mutex mutex_;
  // Whoever waits for mutex_ holds this one: a busy thread could otherwise take its lock again and again before others
  // wake up.
  mutable std::mutex turn_mutex_;
  ThreadState state_;
  Application application_;
  ConnectionContext context_;
  int64_t armed_ns_ = 0;  ///< when the timer descriptor fires; past: not armed
  bool more_to_push_ = false;
  bool stopping_ = false;
  int64_t stop_deadline_ns_ = 0;

  std::mutex inbox_mutex_;
  std::condition_variable stop_requested_changed_;
  std::vector<FileDescriptor> inbox_;
  std::atomic<bool> stop_requested_ = false;
  std::atomic<bool> restart_requested_ = false;
  std::atomic<bool> cut_requested_ = false;
  std::thread thread_;
};

}  // namespace wsload::gateway
