#include "controller/result/compression_outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = StatementKind;

RunPlan Plan(Compression compress = Compression::kContext) {
  RunPlan plan;
  plan.compress = compress;
  return plan;
}

Counters Totals(int64_t opened, int64_t compressed) {
  Counters totals;
  totals.scheduled = totals.success = 1000;
  totals.connections = {.attempted = opened, .opened = opened, .compressed = compressed};
  if (compressed > 0) totals.connections.compressions = {{"context_15/no_context_15", compressed}};
  return totals;
}

TEST(CompressionOutcome, IsSilentWhereNothingWasAsked) {
  EXPECT_THAT(CompressionOutcome(Plan(Compression::kOff), Totals(10, 0)), IsEmpty());
  EXPECT_THAT(CompressionOutcome(Plan(), Totals(0, 0)), IsEmpty()) << "other lines say why nothing opened";
}

TEST(CompressionOutcome, SaysHowManyAgreedAndOnWhat) {
  const Statement agreed{Kind::kCompressionAgreed, {int64_t{10}, int64_t{10}, "context_15/no_context_15 10"}};
  EXPECT_THAT(CompressionOutcome(Plan(), Totals(10, 10)), ElementsAre(agreed));
  EXPECT_THAT(CompressionWarnings(Plan(), Totals(10, 10)), IsEmpty());
  EXPECT_EQ(StatementText(Language::kEnglish, agreed),
            "compression on 10 of 10 connections (client/server): context_15/no_context_15 10");
}

TEST(CompressionOutcome, WarnsWhenNotAllAgreed) {
  const Statement some{Kind::kCompressionPartly, {int64_t{4}, int64_t{10}, "context_15/no_context_15 4"}};
  EXPECT_THAT(CompressionWarnings(Plan(), Totals(10, 4)), ElementsAre(some));
  const std::vector<Statement> none = CompressionWarnings(Plan(Compression::kNoContext), Totals(10, 0));
  EXPECT_THAT(none, ElementsAre(Statement{Kind::kCompressionDeclined, {int64_t{10}}}));
  EXPECT_THAT(StatementText(Language::kEnglish, none[0]), HasSubstr("-compress had no effect"));
}

TEST(CompressionOutcome, SuspectsAServerThatForgets) {
  Counters totals = Totals(10, 10);
  totals.success = 10;
  totals.connection_lost = 10;
  totals.unsent = 980;
  EXPECT_THAT(CompressionWarnings(Plan(), totals), ElementsAre(Statement{Kind::kContextNotKept, {int64_t{10}}}));
  EXPECT_THAT(CompressionWarnings(Plan(Compression::kNoContext), totals), IsEmpty());
  totals.success = 11;
  totals.unsent = 979;
  EXPECT_THAT(CompressionWarnings(Plan(), totals), IsEmpty());
}

}  // namespace
}  // namespace wsload
