#include "controller/dashboard/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace wsload {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kToken[] = "0123456789abcdef0123456789abcdef";
constexpr char kSecret[] = "fedcba9876543210fedcba9876543210";

std::string Show(const DashboardAccess& access, const std::string& headers, const std::string& method = "GET") {
  const std::string text = method + " / HTTP/1.1\r\n" + headers + "\r\n";
  const ParsedRequest parsed = ParseRequest(text);
  return parsed.request.has_value() ? RefuseToShow(*parsed.request, access) : parsed.refusal;
}

std::string Basic(const std::string& user_and_password) {
  return "Authorization: Basic " + absl::Base64Escape(user_and_password) + "\r\n";
}

const DashboardAccess kLoopback{.address = {"127.0.0.1", 8089}, .stop_secret = kSecret};
const DashboardAccess kOutside{.address = {"0.0.0.0", 8089}, .token = kToken, .stop_secret = kSecret};

TEST(DashboardAccess, ShowsItselfUnderItsOwnNamesAlone) {
  for (const char* host : {"127.0.0.1:8089", "localhost:8089", "LOCALHOST:8089", "[::1]:8089", "127.9.9.9:8089"}) {
    EXPECT_THAT(Show(kLoopback, std::string("Host: ") + host + "\r\n"), IsEmpty()) << host;
  }
  for (const char* host : {"evil.example:8089", "127.0.0.1:8090", "127.0.0.1", "127.0.0.1.evil.example:8089", "",
                           "10.0.0.1:8089", "localhost:8089:8089", "x@localhost:8089"}) {
    EXPECT_THAT(Show(kLoopback, std::string("Host: ") + host + "\r\n"), StartsWith("HTTP/1.1 421 ")) << host;
  }
  EXPECT_THAT(Show(kLoopback, ""), StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(Show(kLoopback, "Host: localhost:8089\r\nHost: localhost:8089\r\n"), StartsWith("HTTP/1.1 421 "));
}

TEST(DashboardAccess, RefusesOtherSites) {
  const std::string host = "Host: localhost:8089\r\n";
  EXPECT_THAT(Show(kLoopback, host + "Origin: http://localhost:8089\r\n"), IsEmpty());
  for (const char* origin : {"http://evil.example", "null", "https://localhost:8089", "http://localhost:80891"}) {
    EXPECT_THAT(Show(kLoopback, host + "Origin: " + origin + "\r\n"), StartsWith("HTTP/1.1 403 ")) << origin;
  }
}

TEST(DashboardAccess, AsksForTheTokenWhereOthersReachIt) {
  const std::string host = "Host: 10.0.0.1:8089\r\n";
  EXPECT_THAT(Show(kOutside, host), testing::AllOf(StartsWith("HTTP/1.1 401 "), testing::HasSubstr("Basic realm")));
  EXPECT_THAT(Show(kOutside, host + Basic(std::string("anyone:") + kToken)), IsEmpty());
  EXPECT_THAT(Show(kOutside, host + "Authorization: Bearer " + kToken + "\r\n"), IsEmpty());
  for (const std::string& wrong :
       {Basic("anyone:wrong"), Basic(kToken), Basic(std::string(kToken) + ":"),
        std::string("Authorization: Basic !\r\n"), std::string("Authorization: Bearer x\r\n"),
        "Authorization: " + std::string(kToken) + "\r\n"}) {
    EXPECT_THAT(Show(kOutside, host + wrong), StartsWith("HTTP/1.1 401 ")) << wrong;
  }
  // A name may be bent to this address; the browser would send the password to the page of that name alone.
  EXPECT_THAT(Show(kOutside, "Host: evil.example:8089\r\n" + Basic(std::string("a:") + kToken)),
              StartsWith("HTTP/1.1 421 "));
}

TEST(DashboardAccess, StopsForThePageAlone) {
  const auto stop = [](const std::string& method, const std::string& headers) {
    const std::string text = method + " /stop HTTP/1.1\r\n" + headers + "\r\n";
    return RefuseToStop(*ParseRequest(text).request, kLoopback);
  };
  EXPECT_THAT(stop("POST", std::string("X-Wsload-Secret: ") + kSecret + "\r\n"), IsEmpty());
  EXPECT_THAT(stop("GET", std::string("X-Wsload-Secret: ") + kSecret + "\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(stop("POST", ""), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(stop("POST", "X-Wsload-Secret: x\r\n"), StartsWith("HTTP/1.1 403 "));
}

}  // namespace
}  // namespace wsload
