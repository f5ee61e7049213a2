#include "tests/support/fake_gateway.h"

#include <utility>

#include "common/loop/callback_scope.h"

namespace wsload {

class FakeConnection final : public Connection {
 public:
  FakeConnection(FakeGateway& gateway, int index, std::shared_ptr<Traffic> traffic)
      : gateway_(gateway), index_(index), traffic_(std::move(traffic)) {
    gateway_.connections_[index_] = this;
  }
  ~FakeConnection() override { gateway_.connections_.erase(index_); }

  void SetObserver(ConnectionObserver* observer) override { observer_ = observer; }

  SendResult Send(std::string_view payload) override {
    if (closing_ || gateway_.send_result == SendResult::kRefused) return SendResult::kRefused;
    traffic_->bytes_sent += static_cast<int64_t>(payload.size());
    gateway_.Received(*this, payload);
    return gateway_.send_result;
  }

  SendResult SendText(std::string_view payload) override { return Send(payload); }

  SendResult Ping(std::string_view payload) override {
    if (closing_ || gateway_.send_result == SendResult::kRefused) return SendResult::kRefused;
    traffic_->bytes_sent += static_cast<int64_t>(payload.size());
    ++gateway_.pings;
    if (gateway_.answer_heartbeats) gateway_.Pong(index_, std::string(payload));
    return gateway_.send_result;
  }

  void Close(uint16_t code, std::string_view, int64_t) override {
    if (std::exchange(closing_, true)) return;
    ++gateway_.closes_seen;
    if (gateway_.on_close) gateway_.on_close();
    gateway_.Later(gateway_.close_delay_ns, [&gateway = gateway_, index = index_, code] {
      gateway.Break(index, {CloseInfo::Kind::kCleanByUs, code, "", "closed_" + std::to_string(code)});
    });
  }

  void Abort(std::string_view cause) override {
    closing_ = true;
    gateway_.loop_.Post([&gateway = gateway_, index = index_, name = std::string(cause)] {
      gateway.Break(index, {CloseInfo::Kind::kBroken, 1006, "", name});
    });
  }

  int index() const { return index_; }

  void Deliver(const std::string& wire, int64_t now_ns) {
    if (observer_ == nullptr || ended_) return;
    traffic_->bytes_received += static_cast<int64_t>(wire.size());
    std::string padded = wire;
    padded.resize(wire.size() + kReadPadding);
    observer_->OnMessage(*this, std::string_view(padded).substr(0, wire.size()), true, now_ns);
  }

  void DeliverPong(const std::string& payload, int64_t now_ns) {
    if (observer_ == nullptr || ended_) return;
    traffic_->bytes_received += static_cast<int64_t>(payload.size());
    observer_->OnPong(*this, payload, now_ns);
  }

  void End(const CloseInfo& info) {
    if (std::exchange(ended_, true) || observer_ == nullptr) return;
    closing_ = true;
    gateway_.connections_.erase(index_);
    observer_->OnClosed(*this, info);
  }

 private:
  FakeGateway& gateway_;
  const int index_;
  const std::shared_ptr<Traffic> traffic_;
  ConnectionObserver* observer_ = nullptr;
  bool closing_ = false;
  bool ended_ = false;
};

class FakeDialer final : public Dialer {
 public:
  explicit FakeDialer(FakeGateway& gateway) : gateway_(gateway) {}

  void Dial(int64_t, const std::string&, const std::string& token_value, DialCallback done) override {
    const int dial = static_cast<int>(gateway_.dialled_ns.size());
    const int64_t started_ns = gateway_.loop_.MonoNs();
    gateway_.dialled_ns.push_back(started_ns);
    gateway_.tokens.push_back(token_value);
    open_[dial] = std::move(done);
    gateway_.Later(gateway_.dial_delay_ns, scope_.Wrap([this, dial, started_ns] {
      auto node = open_.extract(dial);
      if (node.empty()) return;
      DialResult result{.started_ns = started_ns, .finished_ns = gateway_.loop_.MonoNs()};
      if (gateway_.refuse_dial) result.cause = gateway_.refuse_dial(dial);
      if (result.cause.empty()) result.connection = gateway_.NewConnection(traffic_);
      node.mapped()(std::move(result));
    }));
  }

  void DialAt(const HostPort& server, int64_t client, const std::string& token_name, const std::string& token_value,
              DialCallback done) override {
    gateway_.dialled_at.push_back(server);
    Dial(client, token_name, token_value, std::move(done));
  }

  void CancelAll() override {
    auto cancelled = std::exchange(open_, {});
    for (auto& [dial, done] : cancelled) {
      scope_.Post(gateway_.loop_, [callback = std::move(done)] { callback(DialResult{.cause = "canceled"}); });
    }
  }

  Traffic traffic() const override { return *traffic_; }

 private:
  FakeGateway& gateway_;
  std::map<int, DialCallback> open_;
  const std::shared_ptr<Traffic> traffic_ = std::make_shared<Traffic>();
  const CallbackScope scope_;
};

FakeGateway::FakeGateway(EventLoop& loop, Serializer serializer, CipherKind cipher, const std::string& key)
    : loop_(loop), codec_(NewMessageCodec(serializer)), cipher_(*NewBodyCipher(cipher, key)) {}

FakeGateway::~FakeGateway() = default;

std::unique_ptr<Dialer> FakeGateway::NewDialer() { return std::make_unique<FakeDialer>(*this); }

std::unique_ptr<Connection> FakeGateway::NewConnection(std::shared_ptr<Traffic> traffic) {
  return std::make_unique<FakeConnection>(*this, next_connection_++, std::move(traffic));
}

void FakeGateway::Later(int64_t delay_ns, Callback work) {
  timers_.push_back(loop_.NewTimer(std::move(work)));
  timers_.back()->ArmAt(loop_.MonoNs() + delay_ns);
}

void FakeGateway::Deliver(int index, const std::string& wire) {
  if (const auto found = connections_.find(index); found != connections_.end()) {
    found->second->Deliver(wire, loop_.MonoNs());
  }
}

void FakeGateway::Answer(int index, int64_t delay_ns, const MessageView& message) {
  std::string wire;
  codec_->Encode(message, wire);
  Later(delay_ns, [this, index, wire] { Deliver(index, wire); });
}

void FakeGateway::Received(FakeConnection& connection, std::string_view payload) {
  if (echo) {
    const Message message{loop_.MonoNs(), connection.index(), Command::kUpstreamMessage, std::string(payload),
                          std::ssize(payload)};
    upstream.push_back(message);
    keys.insert(message.key);
    if (heard) heard(message, payload);
    if (!react || react(message) == Reaction::kAck) {
      Later(ack_delay_ns, [this, index = connection.index(), wire = message.key] { Deliver(index, wire); });
    }
    return;
  }
  std::string padded(payload);
  padded.resize(payload.size() + MessageCodec::kPadding);
  MessageView view;
  if (!codec_->Decode(std::string_view(padded).substr(0, payload.size()), view)) {
    ++undecodable;
    return;
  }
  const int index = connection.index();
  Message message{loop_.MonoNs(), index, view.cmd, std::string(view.key)};
  if (view.cmd == Command::kHeartbeat) {
    ++heartbeats;
    if (answer_heartbeats) Answer(index, heartbeat_delay_ns, {Command::kHeartbeat, message.key, ""});
    return;
  }
  if (view.cmd == Command::kDownstreamAck) {
    ++downstream_acks;
    return;
  }
  std::string plaintext;
  if (view.cmd != Command::kUpstreamMessage || !cipher_->Open(view.body, plaintext)) {
    ++undecodable;
    return;
  }
  if (const auto text = codec_->DecodeText(plaintext); text.ok()) message.text_bytes = std::ssize(*text);
  upstream.push_back(message);
  keys.insert(message.key);
  if (heard) heard(message, plaintext);
  std::string body;
  cipher_->Seal(codec_->EncodeResponse({static_cast<int64_t>(upstream.size()), 9999}), body);
  switch (react ? react(message) : Reaction::kAck) {
    case Reaction::kAck:
      return Answer(index, ack_delay_ns, {Command::kUpstreamAck, message.key, body});
    case Reaction::kAckTwice:
      Answer(index, ack_delay_ns, {Command::kUpstreamAck, message.key, body});
      return Answer(index, ack_delay_ns, {Command::kUpstreamAck, message.key, body});
    case Reaction::kRateLimit:
      return Answer(index, ack_delay_ns, {Command::kRateLimitExceeded, message.key, ""});
    case Reaction::kBadBody:
      return Answer(index, ack_delay_ns, {Command::kUpstreamAck, message.key, "not what any key sealed, and long"});
    case Reaction::kDrop:
      return;
  }
}

void FakeGateway::Push(int index, const std::string& key, std::string_view plaintext) {
  std::string body;
  cipher_->Seal(plaintext, body);
  Answer(index, 0, {Command::kDownstreamMessage, key, body});
}

void FakeGateway::Redirect(int index, const std::vector<RedirectNode>& nodes) {
  Answer(index, 0, {Command::kRedirect, "redirect", codec_->EncodeNodes(nodes)});
}

void FakeGateway::Pong(int index, const std::string& payload) {
  Later(ack_delay_ns, [this, index, payload] {
    const auto found = connections_.find(index);
    if (found != connections_.end()) found->second->DeliverPong(payload, loop_.MonoNs());
  });
}

void FakeGateway::SendRaw(int index, std::string_view bytes) { Deliver(index, std::string(bytes)); }

void FakeGateway::Break(int index, const CloseInfo& info) {
  if (const auto found = connections_.find(index); found != connections_.end()) found->second->End(info);
}

}  // namespace wsload
