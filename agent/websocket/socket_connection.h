// Connection over a ByteStream on an AsioEventLoop.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/websocket/byte_stream.h"
#include "agent/websocket/connection.h"
#include "agent/websocket/frame_processor.h"
#include "agent/websocket/memory_budget.h"
#include "agent/websocket/transport.h"
#include "agent/websocket/write_queue.h"
#include "common/loop/event_loop.h"
#include "common/loop/fd_poller.h"

namespace wsload {

class SocketConnection final : public Connection, private FdHandler, private FrameEvents {
 public:
  /// How long to wait, when all has been said, for the server to close TCP first (RFC 6455 7.1.1): the side that closes
  /// first keeps the port in TIME_WAIT, and a load generator has many connections and few ports.
  static constexpr int64_t kDrainNs = 250'000'000;

  /// `stream` is upgraded and registered with the loop's poller, which calls this connection from here on; `received`
  /// are the bytes that came with the upgrade's answer.
  SocketConnection(std::shared_ptr<Transport> transport, ByteStream stream, size_t max_message_bytes,
                   const DeflateParams& deflate, std::string_view received);
  ~SocketConnection() override;

  void SetObserver(ConnectionObserver* observer) override;
  SendResult Send(std::string_view payload) override;
  SendResult SendText(std::string_view payload) override;
  SendResult Ping(std::string_view payload) override;
  void Close(uint16_t code, std::string_view reason, int64_t timeout_ns) override;
  void ReadSlowly(int64_t bytes_per_s) override;
  void SplitFrames(int64_t pause_ns) override;
  void Abort(std::string_view cause) override;

 private:
  enum class State : uint8_t {
    kOpen,
    kClosing,   ///< our close frame went first; the peer's is awaited
    kDraining,  ///< nothing more is said; the peer's end of stream is awaited
    kClosed,    ///< no socket; OnClosed follows or has been
  };
  /// Bytes that were read in a turn whose work was spent with them.
  struct Kept {
    explicit Kept(MemoryShare& memory) : held(memory) {}

    HeldMemory held;
    std::string bytes;
    size_t at = 0;
  };
  struct Queue {
    Queue(MemoryShare& memory, std::string_view rest) : frames(memory, rest) {}

    WriteQueue frames;
    std::unique_ptr<Timer> expiry;  ///< made with the first frame that may be given up
  };
  /// Of one that behaves badly.
  struct Awkwardness {
    int64_t bytes_per_s = 0;   ///< 0: it reads as others do
    int64_t window_bytes = 0;  ///< that may still be read until window_end_ns
    int64_t window_end_ns = 0;
    int64_t pause_ns = 0;  ///< 0: frames leave whole
    bool reads_wait = false;
    bool writes_wait = false;      ///< the first piece of a frame has left, and nothing more does yet
    std::unique_ptr<Timer> timer;  ///< until either goes on
  };
  enum class WriteResult { kWritten, kQueued, kNoMemory, kBroken };

  void OnReady(uint32_t events) override;
  Feeding OnData(std::string_view payload, bool binary) override;
  Feeding OnControl(Opcode opcode, std::string_view payload) override;
  Feeding OnPart(size_t bytes) override;
  void OnTimer();
  void OnCloseFrame(std::string_view payload);

  bool TakesFrames() const;
  SendResult SendData(std::string_view payload, Opcode opcode);
  SendResult SendFrame(std::string_view frame, bool may_expire);
  SendResult SendDataFrame(std::string_view frame, bool may_expire);
  void ReadAll();
  Awkwardness& BehaveBadly();
  /// How much one read may take; 0: nothing for now.
  size_t ReadBytes();
  void GoOn();
  bool hears() const { return state_ == State::kOpen || state_ == State::kClosing; }
  /// What is not taken now is kept.
  void Feed(std::span<const uint8_t> bytes);
  void FeedKept();
  /// False: there is no memory for it.
  bool Keep(std::span<const uint8_t> bytes);
  Feeding Next(size_t work);
  void ReadAgain();
  WriteResult Write(std::string_view frame, bool may_expire = false);
  WriteResult Append(std::string_view frame, bool may_expire);
  void FlushQueue();
  void OnExpiry();
  void UpdateWatch();

  void FailProtocol(const FrameError& error);
  void StartDraining(CloseInfo info);
  void EndOfStream(std::string_view cause, std::string_view reason);
  void Finish(CloseInfo info, bool reset);
  void DetachSocket(bool reset);
  void WakeAt(int64_t when_ns);

  ConnectionObserver* observer_ = nullptr;
  std::shared_ptr<Transport> transport_;
  ByteStream stream_;
  FrameProcessor frames_;
  std::unique_ptr<Queue> queue_;  ///< while the kernel refuses
  std::unique_ptr<Kept> kept_;    ///< received, and not looked at yet
  std::unique_ptr<Awkwardness> awkward_;
  std::unique_ptr<Timer> timer_;  ///< made when first needed, mostly for closing
  std::unique_ptr<CloseInfo> close_info_;
  int64_t read_at_ns_ = 0;
  int64_t deadline_ns_ = 0;      ///< of the close handshake, once it has begun
  uint32_t watched_events_ = 0;  ///< 0: not registered with the poller
  State state_ = State::kOpen;
  bool write_broken_ = false;  ///< what was received before may still have to be read
  bool closed_told_ = false;
  bool awaits_turn_ = false;  ///< the poller was asked to come again
};

}  // namespace wsload
