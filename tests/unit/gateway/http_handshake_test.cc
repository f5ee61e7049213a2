#include "tests/gateway/http_handshake.h"

#include <gtest/gtest.h>

namespace wsload::gateway {
namespace {

constexpr char kGood[] =
    "GET /ws?a=1&token=x%2Ey%3d+z&token=second HTTP/1.1\r\nHost: localhost:9002\r\nUpgrade: websocket\r\n"
    "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

HttpParse Parse(std::string_view text, HttpRequest* out = nullptr, size_t* out_consumed = nullptr) {
  HttpRequest request;
  size_t consumed = 0;
  const HttpParse result = ParseHttpRequest(text, request, consumed);
  if (out != nullptr) *out = request;
  if (out_consumed != nullptr) *out_consumed = consumed;
  return result;
}

HttpRequest Request(const std::string& headers, const std::string& line = "GET /ws HTTP/1.1") {
  HttpRequest request;
  EXPECT_EQ(Parse(line + "\r\n" + headers + "\r\n", &request), HttpParse::kRequest);
  return request;
}

TEST(HttpRequest, IsParsedWithQueryAndHeaders) {
  HttpRequest request;
  size_t consumed = 0;
  ASSERT_EQ(Parse(std::string(kGood) + "frames", &request, &consumed), HttpParse::kRequest);
  EXPECT_EQ(consumed, sizeof kGood - 1);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/ws");
  EXPECT_EQ(request.QueryParameter("token"), "x.y= z");
  EXPECT_EQ(request.QueryParameter("a"), "1");
  EXPECT_EQ(request.QueryParameter("b"), std::nullopt);
  EXPECT_EQ(request.Header("hOST"), "localhost:9002");
  EXPECT_TRUE(request.HeaderHasToken("connection", "upgrade"));
  EXPECT_FALSE(request.HeaderHasToken("connection", "up"));
  EXPECT_EQ(CheckUpgrade(request).status, 0);
}

TEST(HttpBody, IsAsLongAsTheHeaderSays) {
  const auto body = [](const std::string& headers) { return BodyOf(Request(headers, "POST /push HTTP/1.1")); };
  EXPECT_EQ(body("Host: x\r\n").size, 0u);
  EXPECT_EQ(body("Host: x\r\n").status, 0);
  EXPECT_EQ(body("content-length: 17\r\n").size, 17u);
  EXPECT_EQ(body("Content-Length: 262144\r\n").size, kMaxHttpBody);
  EXPECT_EQ(body("Content-Length: 262145\r\n").status, 413);
  EXPECT_EQ(body("Content-Length: 99999999999999999999999\r\n").status, 413);
  EXPECT_EQ(body("Content-Length: -1\r\n").status, 400);
  EXPECT_EQ(body("Content-Length: 1 2\r\n").status, 400);
  EXPECT_EQ(body("Content-Length:\r\n").status, 400);
  EXPECT_EQ(body("Content-Length: 1\r\nContent-Length: 1\r\n").status, 400);
  EXPECT_EQ(body("Transfer-Encoding: chunked\r\n").status, 411);
}

TEST(HttpRequest, NeedsMoreAtEverySplitPoint) {
  const std::string_view good = kGood;
  for (size_t size = 0; size < good.size(); ++size) {
    ASSERT_EQ(Parse(good.substr(0, size)), HttpParse::kNeedMore) << size;
  }
}

TEST(HttpRequest, IsBadWhenItIsNoHttp) {
  for (const std::string& text :
       {std::string("\x16\x03\x01", 3), std::string("GET /ws HTTP/1.0\r\n\r\n"), std::string("GET ws HTTP/1.1\r\n\r\n"),
        std::string("GET /ws\r\n\r\n"), std::string("GET  /ws HTTP/1.1\r\n\r\n"),
        std::string("GET /w\x01 HTTP/1.1\r\n\r\n"), std::string("GET /ws HTTP/1.1 \r\n\r\n"),
        std::string("AVERYLONGMETHODNAME / HTTP/1.1"), std::string("GET /ws HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("GET /ws HTTP/1.1\r\n: no name\r\n\r\n"), std::string("GET /ws HTTP/1.1\r\nbad name: x\r\n\r\n"),
        std::string("GET /ws HTTP/1.1\r\n folded: x\r\n\r\n"), std::string("GET /ws HTTP/1.1\r\nA: x\x01y\r\n\r\n"),
        std::string("\r\n\r\n")}) {
    EXPECT_EQ(Parse(text), HttpParse::kBad) << text;
  }
}

TEST(HttpRequest, IsBoundedTo16KiB) {
  const std::string start = "GET /ws HTTP/1.1\r\nA: ";
  EXPECT_EQ(Parse(start + std::string(kMaxHttpHeader - start.size() - 4, 'x') + "\r\n\r\n"), HttpParse::kRequest);
  EXPECT_EQ(Parse(start + std::string(kMaxHttpHeader - start.size() - 3, 'x') + "\r\n\r\n"), HttpParse::kTooLarge);
  EXPECT_EQ(Parse(start + std::string(kMaxHttpHeader - start.size() - 1, 'x')), HttpParse::kNeedMore);
  EXPECT_EQ(Parse(start + std::string(kMaxHttpHeader, 'x')), HttpParse::kTooLarge);
}

TEST(HttpRequest, SurvivesEverySingleByteDamage) {
  const std::string good = kGood;
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      HttpRequest request;
      if (Parse(bad, &request) != HttpParse::kRequest) continue;
      request.QueryParameter("token");
      NegotiateDeflate(request, Compression::kContext);
      ASSERT_LT(CheckUpgrade(request).status, 500);
    }
  }
}

TEST(QueryParameter, LeavesBrokenEscapesAsTheyAre) {
  const HttpRequest request = Request("", "GET /ws?a=%&b=%4&c=%zz&d=%41%&e HTTP/1.1");
  EXPECT_EQ(request.QueryParameter("a"), "%");
  EXPECT_EQ(request.QueryParameter("b"), "%4");
  EXPECT_EQ(request.QueryParameter("c"), "%zz");
  EXPECT_EQ(request.QueryParameter("d"), "A%");
  EXPECT_EQ(request.QueryParameter("e"), "");
}

TEST(CheckUpgrade, NamesWhatIsMissing) {
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n", host = "Host: x\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n", key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_EQ(CheckUpgrade(Request(host + upgrade + version + key)).status, 0);
  EXPECT_EQ(CheckUpgrade(Request(host + version + key)).status, 426);
  EXPECT_EQ(CheckUpgrade(Request(upgrade + version + key)).status, 400);
  EXPECT_EQ(CheckUpgrade(Request(host + upgrade + key)).status, 426);
  EXPECT_EQ(CheckUpgrade(Request(host + upgrade + version)).status, 400);
  EXPECT_EQ(CheckUpgrade(Request(host + upgrade + version + "Sec-WebSocket-Key: short\r\n")).status, 400);
  EXPECT_EQ(CheckUpgrade(Request(host + upgrade + version + key, "POST /ws HTTP/1.1")).status, 405);
}

TEST(AcceptValue, IsTheOneOfTheRfc) {
  EXPECT_EQ(AcceptValue("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

std::string DeflateResponse(const std::string& offers, Compression wanted = Compression::kContext) {
  const auto agreement = NegotiateDeflate(Request("Sec-WebSocket-Extensions: " + offers + "\r\n"), wanted);
  return agreement ? agreement->response : "declined";
}

constexpr char kContextAgreed[] = "permessage-deflate; server_max_window_bits=15; client_max_window_bits=15";
constexpr char kNoContextAgreed[] =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15; "
    "client_max_window_bits=15";

TEST(NegotiateDeflate, TakesTheFirstOfferItCanKeep) {
  EXPECT_EQ(DeflateResponse("permessage-deflate; client_max_window_bits=15"), kContextAgreed);
  EXPECT_EQ(DeflateResponse("permessage-deflate; client_max_window_bits=\"15\""), kContextAgreed);
  EXPECT_EQ(DeflateResponse("x-other, permessage-deflate, permessage-deflate; client_max_window_bits=15"),
            kContextAgreed);
  EXPECT_EQ(DeflateResponse("permessage-deflate; server_max_window_bits=10; client_max_window_bits=15, "
                            "permessage-deflate; server_max_window_bits=15; client_max_window_bits=15"),
            kContextAgreed);
  EXPECT_EQ(DeflateResponse("permessage-deflate; client_no_context_takeover; client_max_window_bits=15"),
            kContextAgreed)
      << "a hint";
}

TEST(NegotiateDeflate, DeclinesAWindowThatIsNotOfferedInSoManyWords) {
  for (const char* offer :
       {"permessage-deflate", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=14",
        "permessage-deflate; client_max_window_bits=15; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits=15; client_max_window_bits=15",
        "permessage-deflate; client_max_window_bits=15; unknown=1",
        "permessage-deflate; client_max_window_bits=15; server_no_context_takeover=1",
        "permessage-deflate; client_max_window_bits=15; server_max_window_bits", "x-webkit-deflate-frame"}) {
    EXPECT_EQ(DeflateResponse(offer), "declined") << offer;
  }
  EXPECT_EQ(DeflateResponse("permessage-deflate; client_max_window_bits=15", Compression::kOff), "declined");
}

TEST(NegotiateDeflate, MayWishForNoContext) {
  EXPECT_EQ(DeflateResponse("permessage-deflate; client_max_window_bits=15", Compression::kNoContext),
            kNoContextAgreed);
  EXPECT_EQ(DeflateResponse("permessage-deflate; server_no_context_takeover; client_max_window_bits=15",
                            Compression::kNoContext),
            kNoContextAgreed);
}

}  // namespace
}  // namespace wsload::gateway
