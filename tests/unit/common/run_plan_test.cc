#include "common/plan/run_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "common/plan/timeline.h"
#include "common/util/status.h"
#include "tests/support/chinese_lines.h"
#include "tests/unit/common/sample_plan.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kHourNs = 3600 * kNsPerSecond;

std::string ErrorOf(const std::function<void(RunPlan&)>& change) {
  RunPlan plan = ValidPlan();
  change(plan);
  const absl::Status status = ValidatePlan(plan);
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Text(status).find('\n'), std::string_view::npos);
  return TextInBoth(status);
}

TEST(ValidatePlan, TheContractsDefaultsPass) { EXPECT_TRUE(ValidatePlan(ValidPlan()).ok()); }

TEST(ValidatePlan, NamesTheFlagTheValueAndTheMend) {
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.clients = 0; }), "-clients=0: must be at least 1; for example -clients=10");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.duration_ns = 0; }),
            "-duration=0s: must be more than 0; for example -duration=1m");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.resp_timeout_ns = 90 * 60 * kNsPerSecond; }),
            "-resp-timeout=1h30m: must be at most 1h; for example -resp-timeout=1s");
}

TEST(ValidatePlan, RatesAndStagesGoTogether) {
  const auto staged = [](RunPlan& p) {
    p.stages = *StageList::Parse("30s:1000,1m:0");
    p.duration_ns = p.stages.duration_ns();
  };
  EXPECT_EQ(ErrorOf(staged), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.mps = 0; }), "") << "connections alone";
  EXPECT_EQ(ErrorOf([&](RunPlan& p) {
              staged(p);
              --p.duration_ns;
            }),
            "-duration=1m29.999999999s: -stages says how long the load lasts, 1m30s in all; leave -duration out");
  const auto largest = [](RunPlan& p) {
    p.arrivals = Arrivals::kPoisson;
    p.mps = 1'000'000;
    p.duration_ns = 100'000 * kNsPerSecond;
  };
  EXPECT_EQ(ErrorOf(largest), "");
  EXPECT_EQ(ErrorOf([&](RunPlan& p) {
              largest(p);
              p.duration_ns += kNsPerSecond;
            }),
            "-arrivals=poisson: takes at most 100000000000 messages, and 100001000000 are planned; lower the rate, "
            "shorten the run, or use -arrivals=constant");
}

TEST(RunPlan, KnowsItsMeanRate) {
  RunPlan plan = ValidPlan();
  plan.mps = *Rate::Parse("0.5");
  EXPECT_EQ(MeanPerSecond(plan), 0.5);
  plan.stages = *StageList::Parse("30s:1000,60s:@100,30s:0");
  plan.duration_ns = plan.stages.duration_ns();
  plan.mps = 0;
  EXPECT_DOUBLE_EQ(MeanPerSecond(plan), (15'000 + 6'000 + 1'500) / 120.0);
  EXPECT_EQ(ScheduleOf(plan).total(), 22'500);
  EXPECT_EQ(PlannedPerSecond(plan), MeanPerSecond(plan));
  plan.arrivals = Arrivals::kPoisson;
  plan.seed = 1;
  EXPECT_DOUBLE_EQ(PlannedPerSecond(plan), static_cast<double>(ScheduleOf(plan).total()) / 120);
}

TEST(RunPlan, AWarmUpComesBeforeWhatIsMeasuredAndChangesNothingOfIt) {
  RunPlan plan = ValidPlan();
  plan.mps = 100;
  plan.duration_ns = 10 * kNsPerSecond;
  plan.warm_up_ns = 3 * kNsPerSecond;
  EXPECT_EQ(LoadNs(plan), 13 * kNsPerSecond);
  EXPECT_EQ(ScheduleOf(plan).total(), 1'300);
  EXPECT_EQ(PlannedMessages(plan), 1'000);
  EXPECT_EQ(MeanPerSecond(plan), 100);
  EXPECT_EQ(PlannedPerSecond(plan), 100);
  // At -mps, or at the first stage's own rate; what follows is as without a warm-up.
  for (const int64_t mps : {0, 50}) {
    plan.mps = mps;
    plan.stages = *StageList::Parse("10s:200,10s:@400");
    plan.duration_ns = plan.stages.duration_ns();
    plan.warm_up_ns = 0;
    const int64_t measured = ScheduleOf(plan).total();
    const double mean = MeanPerSecond(plan);
    plan.warm_up_ns = 2 * kNsPerSecond;
    EXPECT_EQ(PlannedMessages(plan), measured);
    EXPECT_DOUBLE_EQ(MeanPerSecond(plan), mean);
    EXPECT_EQ(ScheduleOf(plan).total() - measured, mps == 0 ? 400 : 100);
    EXPECT_DOUBLE_EQ(ScheduleOf(plan).PerSecondAt(plan.warm_up_ns), static_cast<double>(mps));
  }
}

TEST(RunPlan, ATimelineNamesItsPartsAndWhenTheyRun) {
  RunPlan plan = ValidPlan();
  plan.mps = 0;
  plan.stages = *StageList::Parse("30s:1000,peak=60s:@100");
  plan.duration_ns = plan.stages.duration_ns();
  plan.warm_up_ns = 10 * kNsPerSecond;
  const std::vector<TimelineStage> timeline = TimelineOf(plan);
  EXPECT_EQ(timeline, (std::vector<TimelineStage>{{"warm-up", StageKind::kWarmUp, 0, 10 * kNsPerSecond},
                                                  {"stage 1", StageKind::kStage, 10 * kNsPerSecond, 30 * kNsPerSecond},
                                                  {"peak", StageKind::kStage, 40 * kNsPerSecond, 60 * kNsPerSecond}}));
  EXPECT_EQ(StageAt(timeline, -1), 0u);
  EXPECT_EQ(StageAt(timeline, 10 * kNsPerSecond - 1), 0u);
  EXPECT_EQ(StageAt(timeline, 10 * kNsPerSecond), 1u);
  EXPECT_EQ(StageAt(timeline, 1'000 * kNsPerSecond), 2u);
  EXPECT_EQ(PlannedIn(plan, timeline[2]), 6'000);
  EXPECT_DOUBLE_EQ(MeanPerSecondIn(plan, timeline[1]), 500);
  EXPECT_EQ(StageBegins(plan, 5), (std::vector<int64_t>{5 + 10 * kNsPerSecond, 5 + 40 * kNsPerSecond}));
}

TEST(ValidatePlan, AWarmUpAndWhatIsMeasuredHaveABoundTogether) {
  const auto longest = [](RunPlan& p) { p.duration_ns = StageList::kMostNs; };
  EXPECT_EQ(ErrorOf(longest), "");
  EXPECT_EQ(ErrorOf([&](RunPlan& p) {
              longest(p);
              p.warm_up_ns = kNsPerSecond;
            }),
            "-warm-up=1s: with what is measured, 720h, it is longer than 720h; shorten one of the two");
}

TEST(ValidatePlan, BoundsOfEveryNumber) {
  struct Bound {
    const char* flag;
    std::function<int64_t&(RunPlan&)> field;
    int64_t least, most;
  };
  const std::vector<Bound> bounds = {
      {"-clients=", [](RunPlan& p) -> int64_t& { return p.clients; }, 1, 100'000'000},
      {"-seed=", [](RunPlan& p) -> int64_t& { return p.seed; }, 0, (int64_t{1} << 53) - 1},
      {"-duration=", [](RunPlan& p) -> int64_t& { return p.duration_ns; }, 1, 720 * kHourNs},
      {"-conn-timeout=", [](RunPlan& p) -> int64_t& { return p.conn_timeout_ns; }, 1, kHourNs},
      {"-resp-timeout=", [](RunPlan& p) -> int64_t& { return p.resp_timeout_ns; }, 1, kHourNs},
      {"-ramp-up=", [](RunPlan& p) -> int64_t& { return p.ramp_up_ns; }, 0, 24 * kHourNs},
      {"-msg-size=", [](RunPlan& p) -> int64_t& { return p.msg_size_bytes; }, 0, 1 << 20},
      {"-heartbeat=", [](RunPlan& p) -> int64_t& { return p.heartbeat_ns; }, kNsPerMs, 24 * kHourNs},
      {"-biz-id=", [](RunPlan& p) -> int64_t& { return p.biz_id; }, 0, kMax},
      {"-token-ttl=", [](RunPlan& p) -> int64_t& { return p.token_ttl_s; }, 1, 315'360'000},
      {"-report-interval=", [](RunPlan& p) -> int64_t& { return p.report_interval_ns; }, 10 * kNsPerMs,
       60 * kNsPerSecond},
  };
  for (const Bound& bound : bounds) {
    for (const int64_t good : {bound.least, bound.most}) {
      EXPECT_EQ(ErrorOf([&](RunPlan& p) { bound.field(p) = good; }), "") << bound.flag << good;
    }
    std::vector<int64_t> bad = {bound.least == kNsPerMs ? 1 : bound.least - 1, kMin};
    if (bound.most < kMax) bad.insert(bad.end(), {bound.most + 1, kMax});
    for (const int64_t value : bad) {
      const std::string error = ErrorOf([&](RunPlan& p) { bound.field(p) = value; });
      EXPECT_EQ(error.substr(0, std::string(bound.flag).size()), bound.flag) << value << ": " << error;
      EXPECT_NE(error.find("; for example "), std::string::npos) << error;
    }
  }
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.heartbeat_ns = 0; }), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.workers = 1024; }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.workers = 1025; }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.workers = -1; }), "");
}

TEST(ValidatePlan, SizesGoWithTheProtocolAndTheMean) {
  const auto sized = [](const char* text, Protocol protocol = Protocol::kGateway) {
    return ErrorOf([&](RunPlan& p) {
      p.protocol = protocol;
      p.size = *MessageSizes::Parse(text);
      p.msg_size_bytes = SizesOf(p).mean();
    });
  };
  for (const char* text : {"5", "1m", "mix:50%1,50%64k", "exp:1"}) EXPECT_EQ(sized(text), "") << text;
  for (const char* text : {"5", "mix:50%16,50%64k", "exp:1"}) EXPECT_EQ(sized(text, Protocol::kEcho), "") << text;
  EXPECT_EQ(sized("mix:50%15,50%64k", Protocol::kEcho),
            "-size=mix:50%15,50%64k: -protocol=echo knows messages of several sizes by a key of 16 bytes; make all of "
            "them as large");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.size = *MessageSizes::Parse("exp:2k"); }),
            "-msg-size=100: -size=exp:2k says how large messages are, 2048 bytes on average; leave one of the two out");
}

TEST(SizesOf, TheLargestOnesTakeTheMemory) {
  RunPlan plan;
  EXPECT_EQ(SizesOf(plan), MessageSizes::Constant(100));
  plan.size = *MessageSizes::Parse("exp:20");
  EXPECT_EQ(SizesOf(plan).smallest(), 0);
  plan.protocol = Protocol::kEcho;
  EXPECT_EQ(SizesOf(plan).smallest(), 16) << "a key has room in each";
}

TEST(ValidatePlan, StampsFitTheSmallestMessageAndAreSentOnce) {
  const auto stamped = [](RunPlan& p) {
    p.push = PushMode::kStamp;
    p.push_to = *PushAudience::Parse("peer");
  };
  const auto sized = [&](const char* text) {
    return ErrorOf([&](RunPlan& p) {
      stamped(p);
      p.size = *MessageSizes::Parse(text);
      p.msg_size_bytes = SizesOf(p).mean();
    });
  };
  EXPECT_EQ(sized("mix:50%28,50%64k"), "");
  EXPECT_EQ(sized("exp:1"), "") << "none is drawn that would be too small";
  EXPECT_EQ(sized("mix:50%27,50%64k"), "-size=mix:50%27,50%64k: a stamp (-push=stamp) needs at least 28 bytes");
  EXPECT_EQ(
      ErrorOf([&](RunPlan& p) {
        stamped(p);
        p.retry = 1;
      }),
      "-retry=1: the stamp (-push=stamp) of a message sent again would be another message's; leave one of the two "
      "out");
}

TEST(ValidatePlan, RetriesNeedKeys) {
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.retry = 10; }), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.retry = 11; }), "-retry=11: must be at most 10; for example -retry=2");
  EXPECT_EQ(ErrorOf([](RunPlan& p) {
              p.retry = 1;
              p.protocol = Protocol::kEcho;
            }),
            "-retry=1: is for a server that knows messages by their keys, and -protocol=echo has none; leave it out");
  RunPlan plan;
  EXPECT_EQ(AnswerTimeNs(plan), kNsPerSecond);
  plan.retry = 2;
  EXPECT_EQ(AnswerTimeNs(plan), 3 * kNsPerSecond);
}

TEST(ValidatePlan, AClosedLoopHasNoSchedule) {
  const auto closed = [](RunPlan& p) {
    p.model = LoadModel::kClosed;
    p.mps = 0;
  };
  EXPECT_EQ(ErrorOf(closed), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.in_flight = 0; }), "-in-flight=0: must be at least 1; for example -in-flight=1");
  constexpr char kWrong[] =
      "-model=closed: messages leave as fast as the server answers, for -duration; leave -mps, -stages and -arrivals "
      "out";
  EXPECT_EQ(ErrorOf([&](RunPlan& p) {
              closed(p);
              p.mps = 1;
            }),
            kWrong);
  EXPECT_EQ(ErrorOf([&](RunPlan& p) {
              closed(p);
              p.arrivals = Arrivals::kPoisson;
            }),
            kWrong);
}

TEST(ValidatePlan, UserIdsMayNotRunOut) {
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.first_user_id = kMax - p.clients; }), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.first_user_id = kMax - p.clients + 1; }),
            "-first-user-id=9223372036854775798: 10 clients from there run out of numbers; for example "
            "-first-user-id=10000");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.first_user_id = -1; }), "");
}

TEST(ValidatePlan, CipherKeysHaveTheirLength) {
  for (const size_t length : {16, 24, 32}) {
    EXPECT_EQ(ErrorOf([&](RunPlan& p) { p.cipher_key = std::string(length, 'S'); }), "");
  }
  for (const size_t length : {0, 15, 17, 31, 33}) {
    const std::string error = ErrorOf([&](RunPlan& p) { p.cipher_key = std::string(length, 'S'); });
    EXPECT_NE(error.find("-cipher=aes needs 16, 24 or 32"), std::string::npos) << error;
    EXPECT_EQ(error.find("SS"), std::string::npos);
  }
  const auto chacha = [](size_t length) {
    return ErrorOf([&](RunPlan& p) {
      p.cipher = CipherKind::kChaCha20Poly1305;
      p.cipher_key = std::string(length, 'S');
    });
  };
  EXPECT_EQ(chacha(32), "");
  EXPECT_EQ(chacha(16), "-cipher-key-file: the key has 16 bytes, -cipher=chacha20poly1305 needs 32");
  EXPECT_EQ(ErrorOf([](RunPlan& p) {
              p.cipher = CipherKind::kNone;
              p.cipher_key.clear();
            }),
            "");
}

TEST(ValidatePlan, GatewayNeedsATokenKeyAndEchoDoesNot) {
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.jwt_key.clear(); }),
            "-jwt-key-file: the key is empty; give a file that holds one");
  EXPECT_EQ(ErrorOf([](RunPlan& p) {
              p.protocol = Protocol::kEcho;
              p.jwt_key.clear();
              p.cipher_key.clear();
            }),
            "");
}

TEST(ValidatePlan, HeadersCannotBreakTheUpgrade) {
  const auto with = [](std::string name, std::string value) {
    return ErrorOf([&](RunPlan& p) { p.headers = {{name, value}}; });
  };
  EXPECT_EQ(with("X-AutoClose", "true"), "");
  EXPECT_EQ(with("X-Empty", ""), "");
  EXPECT_EQ(with("X-Name", "发行者"), "");
  for (const char* name : {"Host", "UPGRADE", "connection", "Sec-WebSocket-Key", "sec-websocket-version",
                           "Content-Length", "Transfer-Encoding"}) {
    EXPECT_EQ(with(name, "x"),
              std::string("-header=") + name + ": the WebSocket upgrade sets this one itself; leave it out");
  }
  EXPECT_EQ(with("sec-websocket-protocol", "s3cret, b"),
            "-header=sec-websocket-protocol: the WebSocket upgrade sets this one itself; use -subprotocol=NAME,NAME "
            "instead");
  EXPECT_EQ(with("Sec-WebSocket-Extensions", "permessage-deflate"),
            "-header=Sec-WebSocket-Extensions: the WebSocket upgrade sets this one itself; use -compress instead");
  for (const char* name : {"", "a b", "a:", "a\r\nb", "\xC3\xA9"}) {
    EXPECT_NE(with(name, "x").find("not a header name"), std::string::npos) << name;
  }
  for (const char* value : {"s3cret\r\nEvil: 1", "s3cret\n", "s3cret\x7f", "s3cret\x01", "s3cret\xff"}) {
    const std::string error = with("X-A", value);
    EXPECT_NE(error.find("-header=X-A: the value has"), std::string::npos) << error;
    EXPECT_EQ(error.find("s3cret"), std::string::npos);
  }
  EXPECT_NE(with("X-A", std::string(8193, 'v')), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.headers.assign(65, {"X-A", "b"}); }), "");
}

TEST(ValidatePlan, TheTokenStandsInTheUrlOnce) {
  const auto with = [](const char* url, Protocol protocol = Protocol::kGateway, const char* param = "token") {
    return ErrorOf([&](RunPlan& p) {
      p.server = *ServerUrl::Parse(url);
      p.protocol = protocol;
      p.token_param = param;
    });
  };
  const std::string line =
      "-server: the URL already has a parameter token=, in which every client sends a token of its own; leave it out "
      "of "
      "the URL, name another one with -token-param, or use -protocol=echo";
  for (const char* url : {"ws://h/ws?token=s3cret", "ws://h/ws?a=1&token=s3cret&b=2", "ws://h/ws?token",
                          "ws://h/ws?token=", "ws://h/ws?t%6fken=s3cret"}) {
    EXPECT_EQ(with(url), line) << url;
    EXPECT_EQ(with(url, Protocol::kEcho), "") << url;
    EXPECT_EQ(with(url, Protocol::kGateway, "access_token"), "") << url;
  }
  for (const char* url :
       {"ws://h/ws?a=1&", "ws://h/token=1", "ws://h/ws?tokens=1&mytoken=2&a=token", "ws://h/ws?Token=1"}) {
    EXPECT_EQ(with(url), "") << url;
  }
}

TEST(ValidatePlan, TextFields) {
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.jwt_issuer = "发行者"; }), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.jwt_issuer = ""; }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.jwt_issuer = "a\nb"; }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.jwt_issuer = "\xff"; }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.jwt_issuer.assign(257, 'i'); }), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.token_param = "access_token"; }), "");
  for (const char* name : {"", "a&b", "a=b", "a b", "é"}) {
    EXPECT_NE(ErrorOf([&](RunPlan& p) { p.token_param = name; }), "") << name;
  }
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.ca_pem = "not PEM"; }), "");
  EXPECT_EQ(ErrorOf([](RunPlan& p) { p.ca_pem = "-----BEGIN CERTIFICATE-----\nMII\n"; }), "");
}

TEST(ValidatePlan, SourceAddressesMustReachTheServer) {
  RunPlan plan = ValidPlan();
  plan.local_addrs = *SourceList::Parse("127.0.0.2-127.0.0.9,fd00::1");
  for (const char* server : {"ws://10.0.0.7/ws", "ws://[::1]:9002/ws", "ws://gateway/ws"}) {
    plan.server = *ServerUrl::Parse(server);
    EXPECT_TRUE(ValidatePlan(plan).ok()) << server;
  }
  plan.local_addrs = *SourceList::Parse("127.0.0.2");
  EXPECT_TRUE(ValidatePlan(plan).ok()) << "a name may have addresses of both kinds";
  plan.server = *ServerUrl::Parse("ws://[::1]:9002/ws");
  EXPECT_THAT(TextInBoth(ValidatePlan(plan)),
              testing::HasSubstr("-local-addrs: no IPv6 address among them, and -server=ws://[::1]:9002/ws"));
}

TEST(ValidatePlan, RefusesEnumsOutOfThisVersion) {
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.protocol = static_cast<Protocol>(9); }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.serializer = static_cast<Serializer>(9); }), "");
  EXPECT_NE(ErrorOf([](RunPlan& p) { p.cipher = static_cast<CipherKind>(9); }), "");
}

}  // namespace
}  // namespace wsload
