#include "controller/output/hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/print_statement.h"

namespace wsload {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

RunPlan PlanOf(Protocol protocol, CipherKind cipher = CipherKind::kAesGcm) {
  RunPlan plan;
  plan.protocol = protocol;
  plan.cipher = protocol == Protocol::kEcho ? CipherKind::kNone : cipher;
  return plan;
}

std::string TextOf(const std::optional<Statement>& hint) {
  return hint.has_value() ? StatementText(Language::kEnglish, *hint) : std::string();
}

std::string ConnectionText(const char* cause, const RunPlan& plan) {
  return TextOf(ConnectionHint(cause, {plan, Counters()}));
}

std::vector<std::string> MessageTexts(const RunPlan& plan, const Counters& totals) {
  std::vector<std::string> texts;
  for (const Statement& hint : MessageHints({plan, totals})) texts.push_back(TextOf(hint));
  return texts;
}

constexpr const char* kCauses[] = {"resolve",     "refused",       "unreachable",     "timeout",     "reset",
                                   "eof",         "tls",           "http_401",        "http_403",    "http_404",
                                   "http_429",    "http_503",      "tls_certificate", "no_ports",    "closed_1001",
                                   "closed_1002", "closed_1003",   "closed_1007",     "closed_1008", "closed_1009",
                                   "closed_1011", "no_descriptors"};

TEST(Hints, EveryHttpStatusAndEveryDialCauseHasOne) {
  for (const Protocol protocol : {Protocol::kGateway, Protocol::kEcho}) {
    for (const char* cause : kCauses) EXPECT_NE(ConnectionText(cause, PlanOf(protocol)), "") << cause;
  }
  const RunPlan plan;
  const Counters totals;
  EXPECT_EQ(ConnectionHint("http_502", {plan, totals}), Statement{StatementKind::kHintHttp5xx});
  // What was wrong there, their example says.
  for (const char* cause : {"http_418", "not_websocket", "bad_upgrade"}) {
    EXPECT_EQ(ConnectionHint(cause, {plan, totals}), std::nullopt) << cause;
  }
  EXPECT_EQ(ConnectionHint("canceled", {plan, totals}), std::nullopt);
}

/// Whatever happened: every counter by itself and all together, with and without successes.
std::vector<Counters> Troubles() {
  std::vector<Counters> troubles;
  for (const int64_t success : {0, 5}) {
    Counters all;
    all.success = success;
    for (int64_t Counters::*field :
         {&Counters::timeout, &Counters::rate_limited, &Counters::connection_lost, &Counters::send_error,
          &Counters::refused, &Counters::unsent, &Counters::late_acks, &Counters::undecodable}) {
      Counters one;
      one.success = success;
      one.*field = all.*field = 3;
      troubles.push_back(one);
    }
    troubles.push_back(all);
  }
  return troubles;
}

TEST(Hints, NeverAdviseWhatTheProgramRefuses) {
  const auto all_texts = [](const RunPlan& plan) {
    std::string text;
    for (const char* cause : kCauses) text += ConnectionText(cause, plan) + "\n";
    for (const Counters& totals : Troubles()) {
      for (const std::string& line : MessageTexts(plan, totals)) text += line + "\n";
    }
    return text;
  };
  EXPECT_THAT(all_texts(PlanOf(Protocol::kEcho)), AllOf(Not(HasSubstr("-cipher")), Not(HasSubstr("-serializer")),
                                                        Not(HasSubstr("-jwt-")), Not(HasSubstr("-biz-id"))));
  EXPECT_THAT(all_texts(PlanOf(Protocol::kGateway, CipherKind::kNone)),
              AllOf(HasSubstr("-cipher"), Not(HasSubstr("-cipher-key-file"))));
  EXPECT_THAT(all_texts(PlanOf(Protocol::kGateway)), HasSubstr("-cipher-key-file"));
  RunPlan own_ca;
  own_ca.ca_pem = "pem";
  EXPECT_THAT(ConnectionText("tls_certificate", own_ca), Not(HasSubstr("-insecure-skip-verify")));
  EXPECT_THAT(ConnectionText("tls_certificate", RunPlan()), HasSubstr("-insecure-skip-verify"));
  RunPlan slowest;
  slowest.mps = 1;
  Counters limited;
  limited.rate_limited = 1;
  EXPECT_THAT(MessageTexts(slowest, limited), ElementsAre(Not(HasSubstr("-mps"))));
}

TEST(Hints, ARefusedTokenNamesEverySuspect) {
  for (const char* cause : {"http_401", "http_403"}) {
    EXPECT_THAT(ConnectionText(cause, PlanOf(Protocol::kGateway)),
                AllOf(HasSubstr("-jwt-key-file"), HasSubstr("-jwt-issuer"), HasSubstr("-biz-id"), HasSubstr("clock")));
    EXPECT_THAT(ConnectionText(cause, PlanOf(Protocol::kEcho)), AllOf(HasSubstr("-header"), Not(HasSubstr("clock"))));
  }
}

TEST(Hints, ATextOnlyServerIsCalledThat) {
  EXPECT_EQ(ConnectionText("closed_1003", PlanOf(Protocol::kEcho)),
            "wsload sends binary frames, and the server wants text: name a path in -server that takes binary ones");
  EXPECT_THAT(ConnectionText("closed_1003", PlanOf(Protocol::kGateway)), HasSubstr("wsload sends binary ones"));
}

TEST(Hints, AcknowledgementsThatCameLateAreNoMatterOfKeys) {
  Counters counters;
  counters.scheduled = counters.timeout = 80;
  counters.late_acks = 70;
  EXPECT_THAT(MessageTexts(PlanOf(Protocol::kGateway), counters),
              ElementsAre("no message was acknowledged within -resp-timeout=1s, 70 acknowledgements came after it: "
                          "raise -resp-timeout"));
  counters.success = 1;
  EXPECT_THAT(MessageTexts(PlanOf(Protocol::kGateway), counters),
              ElementsAre(HasSubstr("70 acknowledgements came after it: the server is slow")));
}

TEST(Hints, SilenceHasItsSuspectsByProtocol) {
  Counters counters;
  counters.scheduled = counters.timeout = 5;
  EXPECT_THAT(MessageTexts(PlanOf(Protocol::kGateway), counters),
              ElementsAre(AllOf(HasSubstr("-cipher, -cipher-key-file, -serializer, -biz-id, -protocol"))));
  EXPECT_THAT(MessageTexts(PlanOf(Protocol::kEcho), counters), ElementsAre(HasSubstr("return what it gets")));
  counters.success = 1;
  EXPECT_THAT(MessageTexts(PlanOf(Protocol::kEcho), counters), ElementsAre(HasSubstr("slow or drops messages")));
}

TEST(Hints, WhatFailedOtherwiseIsCounted) {
  Counters counters;
  EXPECT_THAT(MessageTexts(PlanOf(Protocol::kGateway), counters), IsEmpty());
  counters.rate_limited = counters.undecodable = counters.unsent = counters.late_acks = counters.send_error = 3;
  RunPlan plan = PlanOf(Protocol::kGateway);
  plan.mps = 100;
  EXPECT_THAT(MessageHints({plan, counters}),
              ElementsAre(Statement{StatementKind::kHintSendErrors, {3}}, Statement{StatementKind::kHintRateLimited},
                          Statement{StatementKind::kHintUndecodable, {3, "-serializer, -cipher, -cipher-key-file"}},
                          Statement{StatementKind::kHintUnsent, {3}}, Statement{StatementKind::kLateAcks, {3}}));
}

}  // namespace
}  // namespace wsload
