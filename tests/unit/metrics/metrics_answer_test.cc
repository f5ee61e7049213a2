#include "common/http/metrics_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kScrape[] =
    "GET /metrics HTTP/1.1\r\nHost: a:7401\r\nAccept: text/plain;version=0.0.4\r\nAccept-Encoding: gzip\r\n\r\n";

std::string Answer(const std::string& request) {
  return AnswerToScrape(request, [] { return std::string("up 1\n"); });
}

TEST(HttpAnswer, GivesTheFiguresToWhoGetsThem) {
  const auto figures = AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 5\r\n"),
                             HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
                             HasSubstr("\r\nConnection: close\r\n"), EndsWith("\r\n\r\nup 1\n"));
  EXPECT_THAT(Answer(kScrape), figures);
  EXPECT_THAT(Answer("GET /metrics HTTP/1.0\r\n\r\n"), figures);
  EXPECT_THAT(Answer("GET /metrics?name[]=up HTTP/1.1\r\n\r\n"), figures);
}

TEST(HttpAnswer, HeadHasNoBody) {
  EXPECT_THAT(Answer("HEAD /metrics HTTP/1.1\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
  EXPECT_THAT(Answer("HEAD / HTTP/1.1\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 404 "), EndsWith("\r\n\r\n")));
}

TEST(HttpAnswer, WaitsForTheRequestsEndWhereverItIsCut) {
  const std::string request = kScrape;
  for (size_t size = 0; size < request.size(); ++size) EXPECT_EQ(Answer(request.substr(0, size)), "") << size;
}

TEST(HttpAnswer, HasNothingElse) {
  for (const char* target : {"/", "/metric", "/metrics/", "/metrics/x", "//metrics", "/../metrics", "*", "/Metrics"}) {
    EXPECT_THAT(Answer("GET " + std::string(target) + " HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 ")) << target;
  }
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "get", "G\x01T"}) {
    EXPECT_THAT(Answer(std::string(method) + " /metrics HTTP/1.1\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET, HEAD\r\n")))
        << method;
  }
}

TEST(HttpAnswer, WhatIsNoRequestGetsOneLine) {
  for (const std::string& line :
       {std::string(), std::string(" "), std::string("GET"), std::string("GET /metrics"), std::string("GET  HTTP/1.1"),
        std::string("GET /metrics HTTP/2.0"), std::string("\x16\x03\x01\0\xff", 5), std::string("  /metrics ")}) {
    EXPECT_THAT(Answer(line + "\r\n\r\n"), testing::AnyOf(StartsWith("HTTP/1.1 400 "), StartsWith("HTTP/1.1 404 ")))
        << line;
  }
}

TEST(HttpAnswer, IsNotKeptWaitingForAnEndWithoutEnd) {
  EXPECT_EQ(Answer(std::string(kMaxRequestBytes - 1, 'x')), "");
  EXPECT_THAT(Answer(std::string(kMaxRequestBytes, 'x')), StartsWith("HTTP/1.1 431 "));
}

}  // namespace
}  // namespace wsload
