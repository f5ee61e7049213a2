#include "agent/load/crowd.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/plan/slice.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

constexpr int64_t kClients = 200;

Progression All() { return {0, 1, kClients}; }

/// Who is there after each change, over all parts; and whether each came and went in turn.
std::map<int64_t, int64_t> SizesOver(const StageList& stages, int parts, int64_t from_ns = 0) {
  std::map<int64_t, int64_t> change_by_ns;
  for (int part = 0; part < parts; ++part) {
    Crowd crowd(stages, All().Part(part, parts), kClients, from_ns);
    std::set<int64_t> there;
    std::set<int64_t> seen;
    int64_t before_ns = from_ns;
    while (crowd.NextNs() != Crowd::kNever) {
      const int64_t at_ns = crowd.NextNs();
      EXPECT_GE(at_ns, before_ns);
      before_ns = at_ns;
      const Crowd::Change change = crowd.Take();
      EXPECT_EQ(change.client % parts, part);
      EXPECT_TRUE(change.comes ? there.insert(change.client).second : there.erase(change.client) == 1);
      EXPECT_EQ(change.first, change.comes && seen.insert(change.client).second);
      change_by_ns[at_ns] += change.comes ? 1 : -1;
    }
  }
  std::map<int64_t, int64_t> sizes;
  int64_t size = 0;
  for (const auto& [at_ns, change] : change_by_ns) sizes[at_ns] = size += change;
  return sizes;
}

TEST(Crowd, IsAsLargeAsTheStagesSayAtEveryInstantForEverySplit) {
  const StageList stages = *StageList::Parse("3s:200,1s:200,7s:13,2s:@90,1s:100,5s:0");
  const std::map<int64_t, int64_t> whole = SizesOver(stages, 1);
  for (const auto& [at_ns, size] : whole) {
    ASSERT_EQ(size, Crowd::SizeAt(stages, at_ns)) << at_ns;
    // A nanosecond before it was as large as the change before has left it.
    const auto before = whole.lower_bound(at_ns);
    const int64_t left = before == whole.begin() ? 0 : std::prev(before)->second;
    ASSERT_EQ(left, Crowd::SizeAt(stages, at_ns - 1)) << at_ns;
  }
  EXPECT_EQ(whole.rbegin()->second, 0);
  for (const int parts : {2, 3, 7, 97}) EXPECT_EQ(SizesOver(stages, parts), whole) << parts;
}

TEST(Crowd, IsJoinedAtAnyInstant) {
  const StageList stages = *StageList::Parse("3s:200,7s:13,2s:@90,5s:0");
  const std::map<int64_t, int64_t> whole = SizesOver(stages, 1);
  for (int64_t from_ns = 0; from_ns < 18 * kNsPerSecond; from_ns += 333 * kNsPerMs) {
    std::map<int64_t, int64_t> rest(whole.upper_bound(from_ns), whole.end());
    if (const int64_t size = Crowd::SizeAt(stages, from_ns); size > 0) rest[from_ns] = size;
    EXPECT_EQ(SizesOver(stages, 3, from_ns), rest) << from_ns;
  }
}

TEST(Crowd, BeginsWithAJump) {
  const StageList stages = *StageList::Parse("1s:@50,1s:50");
  Crowd crowd(stages, All(), kClients);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(crowd.NextNs(), 0);
    EXPECT_TRUE(crowd.Take().comes);
  }
  EXPECT_EQ(crowd.NextNs(), Crowd::kNever);
}

}  // namespace
}  // namespace wsload
