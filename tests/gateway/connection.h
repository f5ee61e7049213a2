// One accepted socket's life: HTTP request, upgrade, messages, closing handshake.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/plan/phase.h"
#include "common/time/clock.h"
#include "tests/gateway/frame_codec.h"
#include "tests/gateway/ground_truth.h"
#include "tests/gateway/http_handshake.h"
#include "tests/gateway/message_deflate.h"
#include "tests/gateway/shared_state.h"
#include "tests/gateway/socket_stream.h"

namespace wsload::gateway {

class Connection;

/// What to say to a request.
struct HandshakeReply {
  bool later = false;       ///< Connection::AnswerHttp() follows, or Upgrade() where `upgrade` is set too
  bool upgrade = false;     ///< `answer` is a 101
  bool keep_alive = false;  ///< another request may follow
  std::string answer;
  std::optional<DeflateAgreement> deflate;
};

/// The layer above. Called on the connection's thread, from inside its methods; may send and close, not destroy.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  /// `body_status`: why the request's body was not read, 0 if it was.
  virtual HandshakeReply OnRequest(Connection& connection, const HttpRequest& request, int body_status,
                                   int64_t now_ns) = 0;
  /// The refused request had no HTTP to answer by OnRequest(): 400 or 431.
  virtual void OnBadRequest(Connection& connection, int status) = 0;
  /// A whole data message, decompressed; FrameReader::kReadPadding bytes behind it may be read.
  virtual void OnMessage(Connection& connection, Opcode opcode, std::string_view message, int64_t receipt_ns) = 0;
  /// Once: no message comes or goes any more. The connection may linger for its farewell.
  virtual void OnLeaving(Connection& connection) = 0;
};

/// What connections of one thread share.
struct ConnectionContext {
  static constexpr size_t kMaxMessageBytes = size_t{4} << 20;
  static constexpr size_t kReadAtLeastBytes = 64 * 1024;

  ConnectionHandler& handler;
  GroundTruth::Traffic& traffic;
  const Clock& clock;
  MessageDeflater deflater = MessageDeflater();
  std::string deflated;
  std::string inflated;
  std::vector<char> read_buffer =
      std::vector<char>(kMaxMessageBytes + FrameReader::kMaxHeader + kReadAtLeastBytes + FrameReader::kReadPadding);
};

/// How a connection left its open state.
enum class Ending { kNone, kNotUpgraded, kByClient, kByServer, kBroken, kCut };

/// What the application keeps about an upgraded connection.
struct Session {
  bool check = false;  ///< of the check before a run: no user
  UserRecord* user = nullptr;
  int64_t user_id = 0;
  int64_t biz_id = 0;
  int64_t upstream = 0;
  int64_t last_receipt_ns = 0;  ///< before the upgrade: since when a request is awaited
  bool redirected = false;
  bool dirty = false;  ///< has output that the application will flush
};

class Connection {
 public:
  Connection(uint64_t id, int fd, SSL_CTX* tls, ConnectionContext& context);

  uint64_t id() const { return id_; }
  bool open() const { return phase_ == Phase::kOpen; }
  bool done() const { return phase_ == Phase::kDone; }
  bool in_handshake() const { return phase_ == Phase::kHandshake; }
  bool awaits_upgrade() const { return phase_ == Phase::kAwaitUpgrade; }
  /// All is said and written; only the peer's end is awaited.
  bool farewell_said() const { return writing_finished_; }
  /// Written to it and not yet taken by the socket.
  size_t backlog_bytes() const { return pending_out_.size() - written_; }
  Ending ending() const { return ending_; }
  /// Without the port.
  std::string PeerAddress() const { return stream_.PeerAddress(); }

  /// The socket may have news (edge-triggered): reads, handles and answers what is there. `hang_up`: the peer has
  /// finished sending.
  void OnReady(bool hang_up);

  /// Appends a message; goes out with the next Flush(), or at the end of OnReady().
  void Send(Opcode opcode, std::string_view message);

  /// Starts the closing handshake if the connection is open. Flushes.
  void Close(CloseCode code, std::string_view reason);

  /// The answer that the handler put off.
  void AnswerHttp(std::string_view answer);

  /// The upgrade that the handler put off; handles the messages that have come meanwhile.
  void Upgrade(const HandshakeReply& reply, int64_t now_ns);

  /// Writes what the socket takes.
  void Flush();

  /// Without a farewell.
  void Abort();

  /// Likewise, and the peer gets an RST: what was not read or written yet is gone.
  void Cut();

  Session session;

 private:
  enum class Phase {
    kHandshake,
    kAwaitAnswer,   ///< AnswerHttp() is due
    kAwaitUpgrade,  ///< Upgrade() is due
    kOpen,
    kClosing,  ///< our close frame went first; theirs is awaited
    kLinger,   ///< all is said: flush, finish writing, read until the peer's end
    kDone,
  };

  static constexpr size_t kPauseReadingBytes = size_t{8} << 20;
  static constexpr size_t kMostBeforeUpgradeBytes = 64 * 1024;

  void ReadAll(bool hang_up);
  size_t Consume(char* data, size_t size, int64_t now_ns);
  size_t ConsumeRequest(std::string_view data, int64_t now_ns);
  size_t ReadBody(std::string_view data, HttpRequest& request, int& status);
  void Open(const HandshakeReply& reply, int64_t now_ns);
  size_t ConsumeFrames(char* data, size_t size, int64_t now_ns);
  void HandleFrame(const Incoming& incoming, int64_t now_ns);
  void HandleData(const Incoming& incoming, int64_t now_ns);
  void HandleClose(std::string_view payload);
  void Fail(CloseCode code, std::string_view reason);
  void SendControl(Opcode opcode, std::string_view payload);
  void Leave(Ending ending, Phase next);

  const uint64_t id_;
  ConnectionContext& context_;
  SocketStream stream_;
  Phase phase_ = Phase::kHandshake;
  Ending ending_ = Ending::kNone;
  bool reading_paused_ = false;
  bool writing_finished_ = false;
  bool continue_said_ = false;  ///< 100 Continue, to the request that is under way
  bool served_http_ = false;
  FrameReader reader_;
  std::unique_ptr<MessageInflater> inflater_;  ///< with permessage-deflate only
  bool inflater_forgets_ = false;              ///< the client promised to keep no context
  std::string pending_in_;                     ///< the beginning of a frame or request
  std::string pending_out_;
  size_t written_ = 0;  ///< of pending_out_
};

}  // namespace wsload::gateway
