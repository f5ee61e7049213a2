#include "agent/websocket/client_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/websocket/deflate_offer.h"
#include "agent/websocket/hybi.h"
#include "agent/websocket/known_secrets.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "common/version.h"

namespace wsload {
namespace {

constexpr size_t kMaxQuoted = 120;
constexpr size_t kMaxQuotedStart = 40;

std::string NewKey(FastRandom& random) {
  std::array<uint64_t, 2> nonce{random.Next64(), random.Next64()};
  std::array<unsigned char, 25> text;
  EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(nonce.data()), sizeof nonce);
  return {reinterpret_cast<const char*>(text.data()), 24};
}

bool SetByHandshake(std::string_view lower_name) {
  return lower_name == "upgrade" || lower_name == "connection" || lower_name == "content-length" ||
         lower_name == "transfer-encoding" || lower_name.starts_with("sec-websocket-");
}

LocalText HintFor(std::string_view status) {
  if (status == "401")
    return {"; the server does not accept the token: is it signed with the key that the server has?",
            "；服务器不接受该令牌：它是否用服务器持有的密钥签名？"};
  if (status == "403")
    return {"; does it want another token, or a header such as Origin (-header)?",
            "；它是否需要另一个令牌，或 Origin 之类的头部 (-header)？"};
  if (status == "404") return {"; is the path of the URL right?", "；URL 的路径是否正确？"};
  if (status == "429" || status == "503")
    return {"; the server takes no more connections for now", "；服务器暂时不再接受连接"};
  return {};
}

/// What the server says, without what `options` told it in confidence.
std::string Quoted(std::string_view text, const DialOptions& options, size_t limit = kMaxQuoted) {
  return KnownSecrets(options.url, options.headers).Quoted(text, limit);
}

/// "; give it to -server as wss://gw/ws" for https://gw/ws.
LocalString RedirectHint(const std::string& location, const DialOptions& options) {
  const std::string lower = AsciiLower(location.substr(0, 8));
  std::string url;
  if (lower.starts_with("https://")) url = "wss://" + location.substr(8);
  if (lower.starts_with("http://")) url = "ws://" + location.substr(7);
  if (lower.starts_with("ws://") || lower.starts_with("wss://")) url = location;
  const std::string shown = Quoted(url, options);
  if (url.empty() || shown != url)
    return {"; redirections are not followed: name the place itself with -server",
            "；不会跟随重定向：请用 -server 直接指定该地址"};
  return FillLocal({"; redirections are not followed: is it -server={} ?", "；不会跟随重定向：是否应为 -server={} ？"},
                   shown);
}

}  // namespace

absl::Status UpgradeTemplate::Check(const DialOptions& options) {
  for (const auto& [name, value] : options.headers) {
    if (!IsHttpToken(name) || HasControlCharacter(value)) {
      return LocalInvalidArgument({"header '{}': not a header that HTTP allows; write it as 'Name: value'",
                                   "头部 '{}'：不是 HTTP 允许的头部；请写作 'Name: value'"},
                                  Shown(name));
    }
    if (SetByHandshake(AsciiLower(name))) {
      return LocalInvalidArgument({"header '{}': the WebSocket handshake sets it itself; leave it out",
                                   "头部 '{}'：由 WebSocket 握手自行设置；请去掉它"},
                                  name);
    }
  }
  return absl::OkStatus();
}

UpgradeTemplate::UpgradeTemplate(const DialOptions& options) {
  const auto given = [&options](std::string_view wanted) {
    return std::any_of(options.headers.begin(), options.headers.end(),
                       [wanted](const auto& header) { return AsciiLower(header.first) == wanted; });
  };
  std::string extra;
  for (const auto& [name, value] : options.headers) {
    extra += fmt::format("{}: {}\r\n", name, value);
  }
  if (!given("host")) headers_ = fmt::format("Host: {}\r\n", options.url.HostHeader());
  headers_ += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  if (const std::string& names = options.subprotocol.text(); !names.empty()) {
    headers_ += fmt::format("Sec-WebSocket-Protocol: {}\r\n", names);
  }
  if (const std::string_view offer = DeflateOffer(options.compress); !offer.empty()) {
    headers_ += fmt::format("Sec-WebSocket-Extensions: {}\r\n", offer);
  }
  // Firewalls refuse requests that do not say who they are.
  if (!given("user-agent")) headers_ += fmt::format("User-Agent: wsload/{}{}\r\n", kVersion, options.user_agent_note);
  if (!options.url.user_info.empty() && !given("authorization")) {
    headers_ += fmt::format("Authorization: Basic {}\r\n", BasicCredentials(options.url.user_info));
  }
  headers_ += extra;
}

std::string UpgradeTemplate::Request(const std::string& target, std::string_view key) const {
  return fmt::format("GET {} HTTP/1.1\r\n{}Sec-WebSocket-Key: {}\r\n\r\n", target, headers_, key);
}

ClientHandshake::ClientHandshake(FrameContext& context, const DialOptions& options)
    : options_(options), context_(context), key_(NewKey(context.random_)) {}

ClientHandshake::State ClientHandshake::Feed(std::string_view bytes) {
  if (refused()) return body_->Feed(bytes) ? FinishRefusal() : State::kNeedMore;
  received_.append(bytes);
  for (;;) {
    constexpr std::string_view kStart = "HTTP/1.";
    const std::string_view answer = std::string_view(received_).substr(begin_);
    if (answer.substr(0, kStart.size()) != kStart.substr(0, answer.size())) {
      return Fail(
          "not_websocket",
          FillLocal({"the server does not answer in HTTP/1.1 but with \"{}\"; is it a "
                     "WebSocket server, and is ws:// or wss:// right?",
                     "服务器没有以 HTTP/1.1 应答，而是 \"{}\"；它是否为 WebSocket 服务器，ws:// 或 wss:// 是否正确？"},
                    Quoted(answer, options_, kMaxQuotedStart)));
    }
    const size_t size = FindHeadEnd(answer, scanned_);
    scanned_ = answer.size();
    if ((size == std::string::npos ? received_.size() : begin_ + size) > kMaxHeaderBytes) {
      return Fail("bad_upgrade",
                  FillLocal({"the server's answer has a header of more than {} bytes", "服务器应答的头部超过 {} 字节"},
                            kMaxHeaderBytes));
    }
    if (size == std::string::npos) return State::kNeedMore;
    if (const State state = TakeHead(begin_ + size); state != State::kNeedMore || refused()) return state;
  }
}

ClientHandshake::State ClientHandshake::TakeHead(size_t end) {
  const auto head = ParseHttpHead(std::string_view(received_).substr(begin_, end - begin_));
  if (!head.ok()) {
    const LocalString why = ErrorLines(head.status());
    return Fail("not_websocket",
                FillLocal({"the server's answer is no HTTP that can be read: {}", "服务器的应答不是可读的 HTTP：{}"},
                          LocalString(Quoted(why.english(), options_), Quoted(why.chinese(), options_))));
  }
  const std::string_view rest = std::string_view(received_).substr(end);
  if (head->status == 101) {
    rest_ = rest;
    return Parse(*head);
  }
  if (head->status >= 200) return Refuse(*head, rest);
  // An interim answer, like 103 Early Hints: the real one follows (RFC 9110 section 15.2).
  begin_ = end;
  scanned_ = 0;
  return State::kNeedMore;
}

ClientHandshake::State ClientHandshake::Refuse(const HttpHead& head, std::string_view rest) {
  cause_ = fmt::format("http_{}", head.status);
  detail_ = FillLocal({"the server answered HTTP {}{}{} instead of 101 Switching Protocols",
                       "服务器应答 HTTP {}{}{}，而不是 101 Switching Protocols"},
                      head.status, head.reason.empty() ? "" : " ", Quoted(head.reason, options_));
  if (const std::string location = head.Value("location"); head.status / 100 == 3 && !location.empty()) {
    detail_ += FillLocal({", with Location: {}{}", "，Location 为 {}{}"}, Quoted(location, options_),
                         RedirectHint(location, options_));
    return State::kFailed;
  }
  body_.emplace(head);
  return head.has_no_body() || body_->Feed(rest) ? FinishRefusal() : State::kNeedMore;
}

ClientHandshake::State ClientHandshake::FinishRefusal() {
  if (const std::string line = body_->FirstLine(); !line.empty()) {
    detail_ += FillLocal({": \"{}\"", "：\"{}\""}, Quoted(line, options_));
  }
  std::string_view status = cause_;
  status.remove_prefix(sizeof "http_" - 1);
  detail_ += HintFor(status);
  return State::kFailed;
}

void ClientHandshake::EndOfStream() {
  if (refused()) {
    FinishRefusal();
  } else if (received_.empty()) {
    Fail("reset", {"the server closed the connection without answering the WebSocket handshake",
                   "服务器没有应答 WebSocket 握手就关闭了连接"});
  } else {
    Fail("bad_upgrade", {"the server closed the connection within its answer to the WebSocket handshake",
                         "服务器在应答 WebSocket 握手的中途关闭了连接"});
  }
}

ClientHandshake::State ClientHandshake::Fail(std::string_view cause, LocalString detail) {
  cause_ = cause;
  detail_ = std::move(detail);
  return State::kFailed;
}

ClientHandshake::State ClientHandshake::Parse(const HttpHead& head) {
  hybi::Config::response_type response;
  for (const auto& [name, value] : head.fields) {
    // Names of extensions and their parameters are compared in any case.
    const bool names = name == "sec-websocket-extensions";
    if (!value.empty()) response.append_header(name, names ? AsciiLower(value) : value);
  }
  hybi::Config::rng_type rng{context_.random_};
  class Negotiator final : public hybi::wspp::processor::hybi13<hybi::Config> {
   public:
    Negotiator(hybi::MessagePool* pool, hybi::Config::rng_type& random) : hybi13(false, false, pool, random) {}
    std::string AcceptFor(std::string key) const { return process_handshake_key(key) ? std::string() : key; }
  } processor(context_.messages_.get(), rng);
  const std::string accept = processor.AcceptFor(key_);
  for (const auto& [name, wanted] : {std::pair<std::string_view, std::string_view>{"Upgrade", "websocket"},
                                     {"Connection", "upgrade"},
                                     {"Sec-WebSocket-Accept", accept}}) {
    const std::string lower = AsciiLower(name);
    const bool good = wanted == accept ? head.Value(lower) == accept : head.HasToken(lower, wanted);
    if (good) continue;
    return Fail(
        "bad_upgrade",
        head.Has(lower)
            ? FillLocal({"the server answered 101 with {}: {} instead of {}", "服务器应答 101，但 {}: {} 应为 {}"},
                        name, Quoted(head.Value(lower), options_), wanted)
            : FillLocal({"the server answered 101 without a {} header", "服务器应答 101，但没有 {} 头部"}, name));
  }
  const std::string& extensions = response.get_header("Sec-WebSocket-Extensions");
  if (const LocalString wrong = ReadDeflateAnswer(extensions, options_.compress, &deflate_); !wrong.empty()) {
    return Fail("bad_upgrade",
                FillLocal({"the server chose the extension \"{}\": {}", "服务器选择了扩展 \"{}\"：{}"},
                          Quoted(extensions, options_),
                          LocalString(Quoted(wrong.english(), options_), Quoted(wrong.chinese(), options_))));
  }
  deflate_.context_window_bits = std::min(deflate_.context_window_bits, options_.context_window_bits);
  return CheckSubprotocol(response.get_header("Sec-WebSocket-Protocol"));
}

ClientHandshake::State ClientHandshake::CheckSubprotocol(const std::string& chosen) {
  const SubprotocolList& offered = options_.subprotocol;
  if (chosen.empty() ? offered.empty() : offered.Contains(chosen)) return State::kDone;
  if (offered.empty()) {
    return Fail("bad_upgrade", FillLocal({"the server chose the subprotocol \"{}\", though none was offered; name it "
                                          "with -subprotocol",
                                          "服务器选择了子协议 \"{}\"，但没有提出过子协议；请用 -subprotocol 指定它"},
                                         Quoted(chosen, options_)));
  }
  if (chosen.empty()) {
    return Fail("bad_upgrade",
                FillLocal({"the server chose no subprotocol, though \"{}\" was offered; leave out "
                           "-subprotocol, or name one that it has",
                           "提出了 \"{}\"，但服务器没有选择子协议；请去掉 -subprotocol，或换用它支持的子协议"},
                          Shown(offered.text())));
  }
  return Fail("bad_upgrade", FillLocal({"the server chose the subprotocol \"{}\", though \"{}\" was offered",
                                        "服务器选择了子协议 \"{}\"，而提出的是 \"{}\""},
                                       Quoted(chosen, options_), Shown(offered.text())));
}

}  // namespace wsload
