// The HTTP upgrade (RFC 6455 section 4), the client's end. No socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "agent/websocket/deflate.h"
#include "agent/websocket/dialer.h"
#include "agent/websocket/frame_processor.h"
#include "agent/websocket/http_answer.h"
#include "common/util/local_text.h"

namespace wsload {

/// The part of the upgrade request that all dials share.
class UpgradeTemplate {
 public:
  /// Says User-Agent: wsload/<version>, and Authorization for the user in the URL, where no header does.
  explicit UpgradeTemplate(const DialOptions& options);

  /// kInvalidArgument: a header that cannot be sent, or that the handshake itself sets.
  static absl::Status Check(const DialOptions& options);

  std::string Request(const std::string& target, std::string_view key) const;

 private:
  std::string headers_;
};

/// One upgrade.
class ClientHandshake {
 public:
  /// The answer's header, with the interim answers (1xx) before it, is refused beyond this; curl's bound is about the
  /// same.
  static constexpr size_t kMaxHeaderBytes = 256 << 10;

  enum class State { kNeedMore, kDone, kFailed };

  ClientHandshake(FrameContext& context, const DialOptions& options);

  /// The request's Sec-WebSocket-Key.
  const std::string& key() const { return key_; }

  /// Takes the next bytes of the answer. kDone: rest() is what came behind it. kFailed: cause() and detail().
  State Feed(std::string_view bytes);

  /// The server has said no, and what it says of why may still come: worth a short wait, then EndOfStream().
  bool refused() const { return body_.has_value(); }

  /// The server closed the connection, or says nothing more in time: kFailed, with what can be said about it.
  void EndOfStream();

  std::string_view rest() const { return rest_; }
  const DeflateParams& deflate() const { return deflate_; }
  const std::string& cause() const { return cause_; }
  const LocalString& detail() const { return detail_; }

 private:
  State Fail(std::string_view cause, LocalString detail);
  State CheckSubprotocol(const std::string& chosen);
  /// The answer's head, from begin_ to `end`.
  State TakeHead(size_t end);
  State Parse(const HttpHead& head);
  State Refuse(const HttpHead& head, std::string_view rest);
  State FinishRefusal();

  const DialOptions& options_;
  FrameContext& context_;
  std::string key_;
  std::string received_;
  size_t begin_ = 0;    ///< in received_, of the answer that is read: behind the interim ones
  size_t scanned_ = 0;  ///< likewise; up to here its head has no end
  std::optional<HttpBodyStart> body_;
  std::string_view rest_;
  DeflateParams deflate_;
  std::string cause_;
  LocalString detail_;
};

}  // namespace wsload
