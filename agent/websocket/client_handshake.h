// The HTTP upgrade (RFC 6455 section 4), the client's end. No socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "agent/websocket/deflate.h"
#include "agent/websocket/dialer.h"
#include "agent/websocket/frame_processor.h"

namespace wsload {

/// The part of the upgrade request that all dials share.
class UpgradeTemplate {
 public:
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
  /// The answer's header is refused beyond this.
  static constexpr size_t kMaxHeaderBytes = 16'000;

  enum class State { kNeedMore, kDone, kFailed };

  ClientHandshake(FrameContext& context, const DialOptions& options);

  /// The request's Sec-WebSocket-Key.
  const std::string& key() const { return key_; }

  /// Takes the next bytes of the answer. kDone: rest() is what came behind it. kFailed: cause() and detail().
  State Feed(std::string_view bytes);

  /// The server closed the connection: kFailed, with what can be said about it.
  void EndOfStream();

  std::string_view rest() const { return rest_; }
  const DeflateParams& deflate() const { return deflate_; }
  const std::string& cause() const { return cause_; }
  const std::string& detail() const { return detail_; }

 private:
  State Fail(std::string_view cause, std::string detail);
  State Parse(std::string_view header);
  State CheckSubprotocol(const std::string& chosen);

  const DialOptions& options_;
  FrameContext& context_;
  std::string key_;
  std::string received_;
  std::string_view rest_;
  DeflateParams deflate_;
  std::string cause_;
  std::string detail_;
};

}  // namespace wsload
