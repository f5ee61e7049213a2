// The server's side of the opening handshake (RFC 6455 section 4.2), and as much HTTP as that takes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/plan/compression.h"

namespace wsload::gateway {

struct HttpRequest {
  std::string method;
  std::string path;                                          ///< the target up to '?'
  std::string query;                                         ///< behind it
  std::vector<std::pair<std::string, std::string>> headers;  ///< values without surrounding white space
  std::string_view body;                                     ///< filled in by who reads it; dies with its buffer

  /// The first value of that header, any case; empty when there is none.
  std::string_view Header(std::string_view name) const;
  /// One of the comma-separated values of that header is `token`, any case (RFC 9110 section 5.6.1).
  bool HeaderHasToken(std::string_view name, std::string_view token) const;
  /// Percent-decoded value of the query's first `name=`; nothing when there is none.
  std::optional<std::string> QueryParameter(std::string_view name) const;
};

enum class HttpParse { kNeedMore, kRequest, kBad, kTooLarge };

/// A request's header may take this much.
inline constexpr size_t kMaxHttpHeader = 16 * 1024;

/// Reads one request header from the front of `data`; `consumed` is its size with the empty line. What is no HTTP from
/// its first bytes on (a TLS hello, say) is bad at once.
HttpParse ParseHttpRequest(std::string_view data, HttpRequest& request, size_t& consumed);

/// How many bytes of body follow the header; `status` 0, or what to refuse it with: 400, 411 (a body in chunks), 413.
struct HttpBody {
  int status = 0;
  size_t size = 0;
};

/// A request's body may take this much.
inline constexpr size_t kMaxHttpBody = 256 * 1024;

HttpBody BodyOf(const HttpRequest& request);

/// An answer that is no upgrade. status 0: none, go on.
struct HttpRefusal {
  int status = 0;
  std::string_view reason;
};

/// Whether the request is a WebSocket upgrade that a server may accept: 405, 426 or 400 if it is not.
HttpRefusal CheckUpgrade(const HttpRequest& request);

/// Sec-WebSocket-Accept for that key.
std::string AcceptValue(std::string_view key);

/// What permessage-deflate was agreed to be (RFC 7692). The server compresses every message by itself anyhow.
struct DeflateAgreement {
  bool client_no_context_takeover = false;
  std::string response;  ///< value of Sec-WebSocket-Extensions
};

/// The first acceptable permessage-deflate offer in the request, judged as the gateway's library (gobwas) does: a
/// client must offer a window of 15 bits in so many words, client_max_window_bits without a value is one of a single
/// bit; no server_no_context_takeover where `wanted` is kContext. The answer is the server's own wish. Offers that want
/// a smaller server window are declined, like malformed ones. kOff: all are.
std::optional<DeflateAgreement> NegotiateDeflate(const HttpRequest& request, Compression wanted);

/// 101 with what was agreed; empty extension or subprotocol: no such header.
std::string SwitchingProtocols(const HttpRequest& request, std::string_view extension, std::string_view subprotocol);

/// Any other answer; the connection ends with it unless it is to be kept.
std::string HttpAnswer(int status, std::string_view content_type, std::string_view body, bool keep_alive = false);

}  // namespace wsload::gateway
