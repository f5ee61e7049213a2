#include "controller/output/also_seen.h"

#include <gtest/gtest.h>

#include <string>

namespace wsload {
namespace {

std::string Lines(const Counters& totals) {
  std::string lines;
  for (const Statement& statement : AlsoSeen(totals)) lines += StatementText(Language::kEnglish, statement) + "\n";
  return lines;
}

TEST(AlsoSeen, NothingToTellIsNotTold) {
  Counters totals;
  totals.heartbeats_sent = totals.heartbeats_acked = 5;
  totals.pushes = 7;
  EXPECT_EQ(Lines(totals), "");
}

TEST(AlsoSeen, EveryTroubleHasItsLine) {
  Counters totals;
  totals.heartbeats_sent = 131;
  totals.heartbeats_acked = 61;
  totals.redirects = 2;
  totals.pushes = 9;
  totals.pushes_repeated = 3;
  totals.retries = 8;
  totals.success_by_retry = 7;
  totals.duplicate_acks = 4;
  totals.unsolicited = 5;
  totals.broadcasts = 6;
  EXPECT_EQ(Lines(totals),
            "70 of 131 heartbeats were not answered\n"
            "2 redirections by the server; they are counted and not followed\n"
            "3 of 9 pushes were repeats: the server had not seen their acknowledgement in time\n"
            "messages were sent again 8 times; 7 were acknowledged only after it\n"
            "4 answers came again for messages that had one\n"
            "5 frames answered no message of this run (pushed by the server)\n"
            "6 frames carried messages of other connections of this run (broadcast by the server)\n");
}

}  // namespace
}  // namespace wsload
