#include "agent/load/post_sender.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/plan/push_posts.h"
#include "tests/support/manual_event_loop.h"

namespace wsload {
namespace {

/// Answers as it is told, from the loop.
class FakePoster final : public HttpPoster {
 public:
  explicit FakePoster(ManualEventLoop& loop) : loop_(loop) {}

  void Post(std::string body, Done done) override {
    posted.emplace_back(loop_.MonoNs(), std::move(body));
    timers_.push_back(loop_.NewTimer([done = std::move(done), result = next] { done(result); }));
    timers_.back()->ArmAt(loop_.MonoNs() + delay_ns);
  }

  PostResult next{PostResult::End::kAnswered, 202};
  int64_t delay_ns = 5 * kNsPerMs;
  std::vector<std::pair<int64_t, std::string>> posted;

 private:
  ManualEventLoop& loop_;
  std::vector<std::unique_ptr<Timer>> timers_;
};

class PostSenderTest : public testing::Test {
 protected:
  static RunPlan Plan() {
    RunPlan plan;
    plan.clients = 7;
    plan.duration_ns = kNsPerSecond;
    plan.push = PushMode::kStamp;
    plan.push_url = *HttpUrl::Parse("http://backend/push");
    plan.push_rate = 50;
    return plan;
  }

  /// Posts over the whole run.
  void RunAll(FakePoster& poster, const RunPlan& plan, const Progression& share) {
    PostSender sender({loop_, poster, recorder_}, plan, {"run"}, share, [this](int64_t) { return may_post_; });
    sender.Begin(loop_.MonoNs(), loop_.MonoNs());
    loop_.AdvanceBy(plan.duration_ns);
    bool drained = false;
    sender.End([&drained] { drained = true; });
    loop_.AdvanceBy(drain_ns_);
    drained_ = drained || sender.open() == 0;
    sender.Stop();
    EXPECT_EQ(recorder_.counters().posts_open(), 0);
  }

  ManualEventLoop loop_;
  Recorder recorder_{loop_.clock()};
  bool may_post_ = true;
  bool drained_ = false;
  int64_t drain_ns_ = kNsPerSecond;
};

TEST(PostBody, FillsItsHoles) {
  EXPECT_EQ(PostBody(R"({"to":{{user}},"text":"{{stamp}}"})").For(10'001, "~x."), R"({"to":10001,"text":"~x."})");
  EXPECT_EQ(PostBody("{{stamp}}{{stamp}} {{user}}{{usr}}").For(1, "s"), "ss 1{{usr}}");
  EXPECT_EQ(PostBody("nothing").For(1, "s"), "nothing");
}

TEST(PushPosts, SharesAreTheWholeOnce) {
  RunPlan plan;
  plan.push_url = *HttpUrl::Parse("http://backend/push");
  plan.push_rate = 33;
  plan.duration_ns = 3 * kNsPerSecond;
  std::set<int64_t> numbers;
  for (int agent = 0; agent < 3; ++agent) {
    for (int worker = 0; worker < agent + 1; ++worker) {
      const Progression share = PostsOf(plan, agent, 3, worker, agent + 1);
      for (int64_t k = 0; k < share.count; ++k) EXPECT_TRUE(numbers.insert(share.At(k)).second);
    }
  }
  EXPECT_EQ(numbers.size(), 99u);
  EXPECT_EQ(*numbers.rbegin(), 98);
  plan.push_url = {};
  EXPECT_EQ(PostsOf(plan, 0, 1, 0, 1).count, 0);
}

TEST_F(PostSenderTest, PostsAtDueTimesToEveryClientInTurn) {
  FakePoster poster(loop_);
  const int64_t start_ns = loop_.MonoNs();
  const RunPlan plan = Plan();
  RunAll(poster, plan, PostsOf(plan, 0, 1, 0, 1));
  ASSERT_EQ(poster.posted.size(), 50u);
  const PushStamps stamps("run", 0, 0);
  for (size_t i = 0; i < poster.posted.size(); ++i) {
    const auto& [posted_ns, body] = poster.posted[i];
    EXPECT_EQ(posted_ns, start_ns + static_cast<int64_t>(i) * 20 * kNsPerMs);
    const auto stamp = stamps.Find(body);
    ASSERT_TRUE(stamp.has_value()) << body;
    EXPECT_TRUE(stamp->of_this_run);
    EXPECT_EQ(stamp->agent(), kPostedAgent);
    EXPECT_EQ(stamp->sender, i % 7);
    EXPECT_EQ(stamp->number, i / 7);
    EXPECT_EQ(stamp->due_us, static_cast<int64_t>(i) * 20'000);
    EXPECT_TRUE(body.starts_with(fmt::format("{{\"to\":{},", plan.first_user_id + static_cast<int64_t>(i % 7))));
  }
  EXPECT_EQ(recorder_.counters().posts, 50);
  EXPECT_EQ(recorder_.counters().posts_accepted, 50);
  EXPECT_EQ(recorder_.counters().push_expected, 50);
  EXPECT_EQ(recorder_.counters().push_unconfirmed, 0);
}

TEST_F(PostSenderTest, EveryEndHasItsCount) {
  struct Case {
    PostResult result;
    int64_t Counters::*count;
    int64_t expected, unconfirmed;
  };
  const Case cases[] = {{{PostResult::End::kAnswered, 204}, &Counters::posts_accepted, 50, 0},
                        {{PostResult::End::kAnswered, 404}, &Counters::posts_refused, 0, 0},
                        {{PostResult::End::kAnswered, 503}, &Counters::posts_refused, 0, 0},
                        {{PostResult::End::kNoAnswer}, &Counters::posts_unanswered, 50, 50},
                        {{PostResult::End::kNotSent}, &Counters::posts_unsent, 0, 0}};
  for (const Case& each : cases) {
    recorder_.counters() = {};
    FakePoster poster(loop_);
    poster.next = each.result;
    const RunPlan plan = Plan();
    RunAll(poster, plan, PostsOf(plan, 0, 1, 0, 1));
    EXPECT_TRUE(drained_);
    EXPECT_EQ(recorder_.counters().*each.count, 50);
    EXPECT_EQ(recorder_.counters().push_expected, each.expected);
    EXPECT_EQ(recorder_.counters().push_unconfirmed, each.unconfirmed);
  }
}

TEST_F(PostSenderTest, WhatIsOpenAtTheEndIsUnanswered) {
  FakePoster poster(loop_);
  poster.delay_ns = 3 * kNsPerSecond;
  const RunPlan plan = Plan();
  RunAll(poster, plan, PostsOf(plan, 0, 1, 0, 1));
  EXPECT_FALSE(drained_);
  EXPECT_EQ(recorder_.counters().posts_unanswered, 50);
  EXPECT_EQ(recorder_.counters().push_unconfirmed, 50);
}

TEST_F(PostSenderTest, WithoutALeaseNothingIsPosted) {
  FakePoster poster(loop_);
  may_post_ = false;
  const RunPlan plan = Plan();
  RunAll(poster, plan, PostsOf(plan, 0, 1, 0, 1));
  EXPECT_TRUE(poster.posted.empty());
  EXPECT_EQ(recorder_.counters().posts_unsent, 50) << "due, and not come to";
}

}  // namespace
}  // namespace wsload
