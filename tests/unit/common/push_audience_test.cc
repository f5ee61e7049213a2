#include "common/plan/push_audience.h"

#include <gtest/gtest.h>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

PushAudience Of(std::string_view text) { return PushAudience::Parse(text).value(); }

TEST(PushAudience, IsReadAsWritten) {
  EXPECT_EQ(Of("peer").text(), "peer");
  EXPECT_EQ(Of(" Group:50 ").text(), "group:50");
  EXPECT_TRUE(Of("all").everybody());
  EXPECT_TRUE(Of("").empty());
  EXPECT_EQ(Of("peer"), Of("PEER"));
  EXPECT_NE(Of("group:2"), Of("group:3"));
}

TEST(PushAudience, SaysWhatIsWrong) {
  for (const char* text : {"peers", "room:5", "group", "5"}) {
    EXPECT_EQ(Text(PushAudience::Parse(text).status()), "want peer, group:N or all") << text;
  }
  for (const char* text : {"group:", "group:1", "group:0", "group:-5", "group:5x", "group:99999999999999999999"}) {
    EXPECT_EQ(Text(PushAudience::Parse(text).status()),
              "want group:N with 2 to 100000000 clients in a group, for example group:50")
        << text;
  }
}

/// By asking of every pair.
int64_t CountedOf(const PushAudience& audience, int64_t sender, int64_t clients) {
  int64_t count = 0;
  for (int64_t receiver = -2; receiver < clients + 2; ++receiver) {
    count += audience.Has(sender, receiver, clients) ? 1 : 0;
  }
  return count;
}

TEST(PushAudience, CountsAreThoseOfThePairs) {
  for (const char* text : {"", "peer", "group:2", "group:3", "group:7", "group:50", "all"}) {
    const PushAudience audience = Of(text);
    for (int64_t clients = 1; clients <= 20; ++clients) {
      int64_t most = 0;
      for (int64_t sender = 0; sender < clients; ++sender) {
        const int64_t count = audience.CountOf(sender, clients);
        EXPECT_EQ(count, CountedOf(audience, sender, clients)) << text << " " << sender << " of " << clients;
        most = std::max(most, count);
      }
      EXPECT_EQ(audience.MostOf(clients), most) << text << " " << clients;
    }
  }
}

TEST(PushAudience, RoomsAreOfClientsOneAfterTheOther) {
  const PushAudience rooms = Of("group:4");
  EXPECT_TRUE(rooms.Has(0, 3, 10));
  EXPECT_FALSE(rooms.Has(3, 4, 10));
  EXPECT_EQ(rooms.CountOf(8, 10), 1) << "the last room has what is left";
  EXPECT_EQ(Of("peer").CountOf(10, 11), 0) << "one without a peer";
  EXPECT_EQ(Of("all").CountOf(0, 100'000), 99'999);
  EXPECT_EQ(Of("all").CountOf(-1, 10) + Of("all").CountOf(10, 10), 0) << "no client of the run";
}

}  // namespace
}  // namespace wsload
