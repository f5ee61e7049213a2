#include "agent/websocket/client_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "agent/websocket/deflate_offer.h"
#include "agent/websocket/hybi.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kHeaderEnd = "\r\n\r\n";

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

std::string_view HintFor(int status) {
  switch (status) {
    case 401:
    case 403:
      return "; the server does not accept the token: is it signed with the key that the server has?";
    case 404:
      return "; is the path of the URL right?";
    case 429:
    case 503:
      return "; the server takes no more connections for now";
    default:
      return "";
  }
}

}  // namespace

absl::Status UpgradeTemplate::Check(const DialOptions& options) {
  for (const auto& [name, value] : options.headers) {
    if (!IsHttpToken(name) || HasControlCharacter(value)) {
      return InvalidArgument("header '{}': not a header that HTTP allows; write it as 'Name: value'", Shown(name));
    }
    if (SetByHandshake(AsciiLower(name))) {
      return InvalidArgument("header '{}': the WebSocket handshake sets it itself; leave it out", name);
    }
  }
  return absl::OkStatus();
}

UpgradeTemplate::UpgradeTemplate(const DialOptions& options) {
  bool host_given = false;
  std::string extra;
  for (const auto& [name, value] : options.headers) {
    host_given = host_given || AsciiLower(name) == "host";
    extra += fmt::format("{}: {}\r\n", name, value);
  }
  if (!host_given) headers_ = fmt::format("Host: {}\r\n", options.url.HostHeader());
  headers_ += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  if (const std::string& names = options.subprotocol.text(); !names.empty()) {
    headers_ += fmt::format("Sec-WebSocket-Protocol: {}\r\n", names);
  }
  if (const std::string_view offer = DeflateOffer(options.compress); !offer.empty()) {
    headers_ += fmt::format("Sec-WebSocket-Extensions: {}\r\n", offer);
  }
  headers_ += extra;
}

std::string UpgradeTemplate::Request(const std::string& target, std::string_view key) const {
  return fmt::format("GET {} HTTP/1.1\r\n{}Sec-WebSocket-Key: {}\r\n\r\n", target, headers_, key);
}

ClientHandshake::ClientHandshake(FrameContext& context, const DialOptions& options)
    : options_(options), context_(context), key_(NewKey(context.random_)) {}

ClientHandshake::State ClientHandshake::Feed(std::string_view bytes) {
  received_.append(bytes);
  constexpr std::string_view kStart = "HTTP/1.";
  if (std::string_view(received_).substr(0, kStart.size()) != kStart.substr(0, received_.size())) {
    return Fail("not_websocket", fmt::format("the server does not answer in HTTP but with \"{}\"; is it a WebSocket "
                                             "server, and is ws:// or wss:// right?",
                                             Shown(received_, 40)));
  }
  const size_t end = received_.find(kHeaderEnd);
  if (end == std::string::npos) {
    if (received_.size() <= kMaxHeaderBytes) return State::kNeedMore;
  } else if (end + kHeaderEnd.size() <= kMaxHeaderBytes) {
    rest_ = std::string_view(received_).substr(end + kHeaderEnd.size());
    return Parse(std::string_view(received_).substr(0, end + kHeaderEnd.size()));
  }
  return Fail("bad_upgrade", fmt::format("the server's answer has a header of more than {} bytes", kMaxHeaderBytes));
}

void ClientHandshake::EndOfStream() {
  if (received_.empty()) {
    Fail("reset", "the server closed the connection without answering the WebSocket handshake");
  } else {
    Fail("bad_upgrade", "the server closed the connection within its answer to the WebSocket handshake");
  }
}

ClientHandshake::State ClientHandshake::Fail(std::string_view cause, std::string detail) {
  cause_ = cause;
  detail_ = std::move(detail);
  return State::kFailed;
}

ClientHandshake::State ClientHandshake::Parse(std::string_view header) {
  hybi::Config::response_type response;
  try {
    response.consume(header.data(), header.size());
  } catch (const std::exception& error) {
    return Fail("not_websocket", fmt::format("the server's answer is no HTTP that can be read: {}", error.what()));
  }
  const int status = response.get_status_code();
  if (status != 101) {
    return Fail(fmt::format("http_{}", status),
                fmt::format("the server answered HTTP {} {} instead of 101 Switching Protocols{}", status,
                            Shown(response.get_status_msg()), HintFor(status)));
  }

  hybi::Config::request_type request;
  request.replace_header("Sec-WebSocket-Key", key_);
  hybi::Config::rng_type rng{context_.random_};
  hybi::wspp::processor::hybi13<hybi::Config> processor(false, false, context_.messages_.get(), rng);
  if (processor.validate_server_handshake_response(request, response)) {
    return Fail(
        "bad_upgrade",
        "the server answered 101, but its Upgrade, Connection or Sec-WebSocket-Accept header is missing or wrong");
  }
  const std::string& extensions = response.get_header("Sec-WebSocket-Extensions");
  if (const std::string wrong = ReadDeflateAnswer(extensions, options_.compress, &deflate_); !wrong.empty()) {
    return Fail("bad_upgrade", fmt::format("the server chose the extension \"{}\": {}", Shown(extensions), wrong));
  }
  deflate_.context_window_bits = std::min(deflate_.context_window_bits, options_.context_window_bits);
  return CheckSubprotocol(response.get_header("Sec-WebSocket-Protocol"));
}

ClientHandshake::State ClientHandshake::CheckSubprotocol(const std::string& chosen) {
  const SubprotocolList& offered = options_.subprotocol;
  if (chosen.empty() ? offered.empty() : offered.Contains(chosen)) return State::kDone;
  if (offered.empty()) {
    return Fail("bad_upgrade", fmt::format("the server chose the subprotocol \"{}\", though none was offered; name it "
                                           "with -subprotocol",
                                           Shown(chosen)));
  }
  if (chosen.empty()) {
    return Fail("bad_upgrade", fmt::format("the server chose no subprotocol, though \"{}\" was offered; leave out "
                                           "-subprotocol, or name one that it has",
                                           Shown(offered.text())));
  }
  return Fail("bad_upgrade", fmt::format("the server chose the subprotocol \"{}\", though \"{}\" was offered",
                                         Shown(chosen), Shown(offered.text())));
}

}  // namespace wsload
