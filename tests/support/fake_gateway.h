// A gateway without sockets: connections and dials that live on a test's own
// event loop and answer after delays that the test chooses.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/client/body_cipher.h"
#include "agent/client/message_codec.h"
#include "agent/websocket/connection.h"
#include "agent/websocket/dialer.h"
#include "common/loop/event_loop.h"

namespace wsload {

class FakeConnection;

/// What the gateway does, and what it saw. One thread: the loop's.
class FakeGateway {
 public:
  struct Message {
    int64_t received_ns = 0;
    int connection = 0;  ///< in the order they were dialled, from 0
    Command cmd = Command::kInvalid;
    std::string key;
    int64_t text_bytes = 0;  ///< of an upstream message
  };

  FakeGateway(EventLoop& loop, Serializer serializer, CipherKind cipher, const std::string& key);
  ~FakeGateway();

  // Behaviour; may change at any time.
  int64_t ack_delay_ns = 0;
  int64_t dial_delay_ns = 0;
  /// What becomes of an upstream message; all are acknowledged when empty.
  enum class Reaction { kAck, kDrop, kRateLimit, kAckTwice, kBadBody };
  std::function<Reaction(const Message&)> react;
  /// Told of every upstream message with its plaintext (echo: the message), before it is answered.
  std::function<void(const Message&, std::string_view plaintext)> heard;
  /// Cause of a failed dial, by dial number; "" for success. All succeed when empty.
  std::function<std::string(int dial)> refuse_dial;
  bool answer_heartbeats = true;
  int64_t heartbeat_delay_ns = 0;
  /// Returns what it gets, after ack_delay_ns, or drops it; a message's key is all of it.
  bool echo = false;
  int64_t close_delay_ns = 0;
  /// Told of every close frame before it is answered.
  std::function<void()> on_close;
  /// Send() on the connections answers this.
  SendResult send_result = SendResult::kSent;

  // Seen.
  std::vector<Message> upstream;
  std::vector<int64_t> dialled_ns;
  std::vector<std::string> tokens;
  std::vector<HostPort> dialled_at;  ///< of dials elsewhere: where
  int heartbeats = 0;
  int pings = 0;
  int downstream_acks = 0;
  int closes_seen = 0;
  int undecodable = 0;
  std::set<std::string> keys;

  /// A dialer whose connections end here.
  std::unique_ptr<Dialer> NewDialer();
  /// One established connection, for tests without a dialer. Its bytes are added to `traffic`.
  std::unique_ptr<Connection> NewConnection(std::shared_ptr<Traffic> traffic = std::make_shared<Traffic>());

  int open() const { return static_cast<int>(connections_.size()); }

  // What a server may do on connection `index` (as in Message::connection).
  void Push(int index, const std::string& key, std::string_view plaintext);
  void Redirect(int index, const std::vector<RedirectNode>& nodes);
  void Answer(int index, int64_t delay_ns, const MessageView& message);
  void Pong(int index, const std::string& payload);
  void SendRaw(int index, std::string_view bytes);
  void Break(int index, const CloseInfo& info);

 private:
  friend class FakeConnection;
  friend class FakeDialer;

  void Received(FakeConnection& connection, std::string_view payload);
  void Later(int64_t delay_ns, Callback work);
  void Deliver(int index, const std::string& wire);

  EventLoop& loop_;
  std::unique_ptr<MessageCodec> codec_;
  std::unique_ptr<BodyCipher> cipher_;
  std::map<int, FakeConnection*> connections_;  ///< the open ones
  int next_connection_ = 0;
  std::vector<std::unique_ptr<Timer>> timers_;
};

}  // namespace wsload
