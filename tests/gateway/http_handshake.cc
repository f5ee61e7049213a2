#include "tests/gateway/http_handshake.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/util/text.h"

namespace wsload::gateway {
namespace {

constexpr std::string_view kWhiteSpace = " \t";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualAnyCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

/// The part of `text` before `separator`, which is cut off it.
std::string_view Cut(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return head;
}

bool IsFieldChar(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }

bool StartsLikeRequest(std::string_view data) {
  constexpr size_t kLongestMethod = 16;
  const std::string_view method = data.substr(0, data.find(' '));
  return method.size() <= kLongestMethod && (method.empty() || IsHttpToken(method));
}

bool ParseRequestLine(std::string_view line, HttpRequest& request) {
  const std::string_view method = Cut(line, ' ');
  std::string_view target = Cut(line, ' ');
  if (!IsHttpToken(method) || target.empty() || target.front() != '/' || line != "HTTP/1.1") return false;
  if (!std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; })) return false;
  request.method = method;
  request.path = Cut(target, '?');
  request.query = target;
  return true;
}

bool ParseHeaderLine(std::string_view line, HttpRequest& request) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (!IsHttpToken(name) || !std::all_of(value.begin(), value.end(), IsFieldChar)) return false;
  request.headers.emplace_back(name, value);
  return true;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0;
    if (escaped) {
      out.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

/// 16 bytes in base64: 22 characters and "==".
bool IsWebSocketKey(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return std::all_of(key.begin(), key.end() - 2, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

/// What one offer asks for; 0 bits: nothing is said of them.
struct DeflateOffer {
  bool server_no_context = false;
  bool client_no_context = false;
  int server_bits = 0;
  int client_bits = 0;
};

constexpr int kWindowBits = 15;
// How the gateway's library reads client_max_window_bits without a value.
constexpr int kBitsWithoutValue = 1;

/// 8 to 15; 0: neither.
int OfferedBits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  for (int bits = 8; bits <= kWindowBits; ++bits) {
    if (value == std::to_string(bits)) return bits;
  }
  return 0;
}

/// False: unknown, malformed, or there twice.
bool ReadOfferParameter(std::string_view name, std::string_view value, DeflateOffer& offer) {
  if (name == "server_no_context_takeover") return value.empty() && !std::exchange(offer.server_no_context, true);
  if (name == "client_no_context_takeover") return value.empty() && !std::exchange(offer.client_no_context, true);
  if (name == "server_max_window_bits")
    return std::exchange(offer.server_bits, OfferedBits(value)) == 0 && offer.server_bits != 0;
  if (name != "client_max_window_bits") return false;
  const int bits = value.empty() ? kBitsWithoutValue : OfferedBits(value);
  return std::exchange(offer.client_bits, bits) == 0 && bits != 0;
}

std::optional<DeflateOffer> ReadOffer(std::string_view text) {
  if (Trim(Cut(text, ';')) != "permessage-deflate") return std::nullopt;
  DeflateOffer offer;
  while (!text.empty()) {
    std::string_view value = Cut(text, ';');
    const std::string_view name = Trim(Cut(value, '='));
    if (!ReadOfferParameter(name, Trim(value), offer)) return std::nullopt;
  }
  return offer;
}

bool IsAcceptable(const DeflateOffer& offer, bool no_context) {
  if (offer.server_bits != 0 && offer.server_bits != kWindowBits) return false;
  return offer.client_bits == kWindowBits && (no_context || !offer.server_no_context);
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    default:
      return "Refused";
  }
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualAnyCase(key, name)) return value;
  }
  return {};
}

bool HttpRequest::HeaderHasToken(std::string_view name, std::string_view token) const {
  for (const auto& [key, value] : headers) {
    if (!EqualAnyCase(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      if (EqualAnyCase(Trim(Cut(rest, ',')), token)) return true;
    }
  }
  return false;
}

std::optional<std::string> HttpRequest::QueryParameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    std::string_view value = Cut(rest, '&');
    if (PercentDecode(Cut(value, '=')) == name) return PercentDecode(value);
  }
  return std::nullopt;
}

HttpParse ParseHttpRequest(std::string_view data, HttpRequest& request, size_t& consumed) {
  if (!StartsLikeRequest(data)) return HttpParse::kBad;
  constexpr std::string_view kEnd = "\r\n\r\n";
  const size_t end = data.substr(0, kMaxHttpHeader).find(kEnd);
  if (end == std::string_view::npos) return data.size() >= kMaxHttpHeader ? HttpParse::kTooLarge : HttpParse::kNeedMore;
  consumed = end + kEnd.size();

  std::string_view rest = data.substr(0, end);
  request = {};
  bool first = true;
  while (first || !rest.empty()) {
    const size_t at = rest.find("\r\n");
    const std::string_view line = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 2);
    if (!(first ? ParseRequestLine(line, request) : ParseHeaderLine(line, request))) return HttpParse::kBad;
    first = false;
  }
  return HttpParse::kRequest;
}

HttpBody BodyOf(const HttpRequest& request) {
  if (!request.Header("Transfer-Encoding").empty()) return {411, 0};
  size_t lengths = 0;
  for (const auto& [key, value] : request.headers) lengths += EqualAnyCase(key, "Content-Length") ? 1 : 0;
  if (lengths == 0) return {};
  const std::string_view text = request.Header("Content-Length");
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  // Two lengths are how requests are smuggled past a proxy.
  if (lengths > 1 || text.empty() || !digits) return {400, 0};
  uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || size > kMaxHttpBody) return {413, 0};
  return {0, static_cast<size_t>(size)};
}

HttpRefusal CheckUpgrade(const HttpRequest& request) {
  if (request.method != "GET") return {405, "only GET is served here"};
  if (!request.HeaderHasToken("Upgrade", "websocket") || !request.HeaderHasToken("Connection", "Upgrade")) {
    return {426, "this is a WebSocket server: ask for an upgrade"};
  }
  if (request.Header("Host").empty()) return {400, "the Host header is missing"};
  if (request.Header("Sec-WebSocket-Version") != "13") return {426, "want Sec-WebSocket-Version: 13"};
  if (!IsWebSocketKey(request.Header("Sec-WebSocket-Key")))
    return {400, "want a Sec-WebSocket-Key of 16 bytes in base64"};
  return {};
}

std::string AcceptValue(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 32> base64;
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(base64.data()), static_cast<size_t>(size)};
}

std::optional<DeflateAgreement> NegotiateDeflate(const HttpRequest& request, Compression wanted) {
  if (wanted == Compression::kOff) return std::nullopt;
  const bool no_context = wanted == Compression::kNoContext;
  for (const auto& [key, value] : request.headers) {
    if (!EqualAnyCase(key, "Sec-WebSocket-Extensions")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::optional<DeflateOffer> offer = ReadOffer(Cut(rest, ','));
      if (!offer || !IsAcceptable(*offer, no_context)) continue;
      return DeflateAgreement{
          .client_no_context_takeover = no_context,
          .response = fmt::format("permessage-deflate{}; server_max_window_bits={}; client_max_window_bits={}",
                                  no_context ? "; server_no_context_takeover; client_no_context_takeover" : "",
                                  kWindowBits, kWindowBits)};
    }
  }
  return std::nullopt;
}

std::string SwitchingProtocols(const HttpRequest& request, std::string_view extension, std::string_view subprotocol) {
  std::string out = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
      AcceptValue(request.Header("Sec-WebSocket-Key")));
  if (!extension.empty()) out += fmt::format("Sec-WebSocket-Extensions: {}\r\n", extension);
  if (!subprotocol.empty()) out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", subprotocol);
  out += "\r\n";
  return out;
}

std::string HttpAnswer(int status, std::string_view content_type, std::string_view body, bool keep_alive) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: {}\r\n\r\n{}", status,
                     ReasonPhrase(status), content_type, body.size(),
                     status == 426 ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : "",
                     keep_alive ? "keep-alive" : "close", body);
}

}  // namespace wsload::gateway
