#include "controller/commands/run_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/flags/flag_set.h"
#include "common/util/display_width.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "tests/unit/controller/read_run_flags.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class RunFlagsFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/wsload-flags-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string File(const std::string& name, const std::string& content) {
    std::ofstream(dir_ + "/" + name, std::ios::binary) << content;
    return dir_ + "/" + name;
  }

  std::string dir_;
};

TEST(RunFlags, DefaultsAreTheContracts) {
  const RunCommandLine line = Parsed({});
  RunPlan expected;
  expected.jwt_key = kDemoJwtKey;
  expected.cipher_key = kDemoCipherKey;
  EXPECT_EQ(line.plan, expected);
  EXPECT_EQ(line.plan.clients, 10);
  EXPECT_EQ(line.plan.mps, 1);
  EXPECT_EQ(line.plan.duration_ns, 60 * kNsPerSecond);
  EXPECT_EQ(line.plan.conn_timeout_ns, 10 * kNsPerSecond);
  EXPECT_EQ(line.plan.resp_timeout_ns, kNsPerSecond);
  EXPECT_EQ(line.plan.ramp_up_ns, 10 * kNsPerSecond);
  EXPECT_EQ(line.plan.msg_size_bytes, 100);
  EXPECT_EQ(line.plan.server.text(), "ws://localhost:9002/ws");
  EXPECT_EQ(line.output.stats_interval_ns, 5 * kNsPerSecond);
  EXPECT_EQ(line.output.language, Language::kEnglish);
}

TEST(RunFlags, ReachThePlan) {
  const RunPlan plan =
      Parsed({"-clients=1000",       "--mps=100",        "-duration",         "5m",
              "-conn-timeout=2s",    "-resp-timeout=3s", "-ramp-up=0",        "-msg-size=1k",
              "-server=wss://gw/ws", "-workers=2",       "-biz-id=7",         "-first-user-id=5",
              "-jwt-issuer=me",      "-token-param=t",   "-serializer=proto", "-cipher=chacha20poly1305",
              "-compress",           "-heartbeat=0",     "-subprotocol=chat", "-insecure-skip-verify",
              "-header=X-A: 1",      "-header=X-B:2 ",   "-subprotocol=b,c"})
          .plan;
  EXPECT_EQ(plan.clients, 1000);
  EXPECT_EQ(plan.mps, 100);
  EXPECT_EQ(plan.duration_ns, 300 * kNsPerSecond);
  EXPECT_EQ(plan.conn_timeout_ns, 2 * kNsPerSecond);
  EXPECT_EQ(plan.resp_timeout_ns, 3 * kNsPerSecond);
  EXPECT_EQ(plan.ramp_up_ns, 0);
  EXPECT_EQ(plan.msg_size_bytes, 1024);
  EXPECT_EQ(plan.server.text(), "wss://gw/ws");
  EXPECT_EQ(plan.workers, 2);
  EXPECT_EQ(plan.biz_id, 7);
  EXPECT_EQ(plan.first_user_id, 5);
  EXPECT_EQ(plan.jwt_issuer, "me");
  EXPECT_EQ(plan.token_param, "t");
  EXPECT_EQ(plan.serializer, Serializer::kProto);
  EXPECT_EQ(plan.cipher, CipherKind::kChaCha20Poly1305);
  EXPECT_EQ(plan.compress, Compression::kContext);
  EXPECT_EQ(plan.heartbeat_ns, 0);
  EXPECT_EQ(plan.subprotocol.text(), "chat, b, c");
  EXPECT_TRUE(plan.insecure_skip_verify);
  EXPECT_THAT(plan.headers, ElementsAre(Pair("X-A", "1"), Pair("X-B", "2")));
}

TEST(RunFlags, ReachPolicyAndOutput) {
  const RunCommandLine line = Parsed({"-agents=a:1,b:2", "-on-agent-loss=rebalance", "-agent-lease=2s", "-out=dir",
                                      "-json", "-quiet", "-stats-interval=10s", "-lang=zh"});
  EXPECT_EQ(line.agents, "a:1,b:2");
  EXPECT_EQ(line.policy.on_agent_loss, AgentLossPolicy::kRebalance);
  EXPECT_EQ(line.policy.agent_lease_ns, 2 * kNsPerSecond);
  EXPECT_EQ(line.output.out_dir, "dir");
  EXPECT_TRUE(line.output.json);
  EXPECT_TRUE(line.output.quiet);
  EXPECT_EQ(line.output.stats_interval_ns, 10 * kNsPerSecond);
  EXPECT_EQ(line.output.language, Language::kChinese);
  EXPECT_FALSE(line.server_given);
  EXPECT_TRUE(Parsed({"-server=ws://h"}).server_given);
}

TEST_F(RunFlagsFiles, ReachWhatTheRunIsJudgedBy) {
  const RunCommandLine line =
      Parsed({"-threshold=p(99)<200ms", "-threshold", "failed < 10", "-mps=100", "-abort-on-fail",
              "-accept=generator-limited", "-repeat=5", "-repeat-all", "-ci=github"});
  EXPECT_EQ(line.judge.thresholds.text(), "p(99)<200ms,failed<10");
  EXPECT_EQ(line.judge.abort_on_fail.after_ns(), 10 * kNsPerSecond);
  EXPECT_EQ(line.judge.accept, Accepted::kGeneratorLimited);
  EXPECT_EQ(line.policy.repeat, 5);
  EXPECT_TRUE(line.policy.repeat_all);
  EXPECT_EQ(line.output.ci, CiSystem::kGithub);
  EXPECT_THAT(line.notices, ::testing::IsEmpty()) << "several thresholds are no slip";
  EXPECT_EQ(Parsed({"-threshold=max<1s", "-abort-on-fail=30s"}).judge.abort_on_fail.text(), "30s");
  EXPECT_EQ(Parsed({"-threshold=max<1s", "-noabort-on-fail"}).judge.abort_on_fail.text(), "off");

  const std::string file = File("t.flags", "-threshold=max<1s\nthreshold = 'failed<=0'\n-threshold=rate>=1/s\n");
  EXPECT_EQ(Parsed({"-flagfile=" + file}).judge.thresholds.text(), "max<1s,failed<=0,rate>=1/s");
  EXPECT_THAT(Parsed({"-flagfile=" + file}).notices, ::testing::IsEmpty());
  EXPECT_EQ(Parsed({}, {{"WSLOAD_THRESHOLD", "max<1s, failed<=0"}}).judge.thresholds.text(), "max<1s,failed<=0");
  EXPECT_THAT(Refused({"-flagfile=" + File("slip.flags", "-mps=5\n-threshold=p99<1s\n")}),
              HasSubstr("slip.flags:2: -threshold=p99<1s: unknown metric p99; did you mean p(99)?"));
}

TEST(RunFlags, WhatCannotBeJudgedIsRefused) {
  EXPECT_THAT(Refused({"-threshold=p(99)<1s"}), HasSubstr("takes at least 100 messages, and 60 are planned"));
  EXPECT_THAT(Refused({"-threshold="}), HasSubstr("-threshold=: is empty; write for example"));
  EXPECT_THAT(Refused({"-threshold=", "-threshold=max<1s", "-threshold="}), HasSubstr("is empty"));
  EXPECT_THAT(Refused({"-threshold=max<1s", "-abort-on-fail=1ms"}), HasSubstr("must be from 1s to 24h, or off"));
  EXPECT_THAT(Refused({"-accept=all"}), HasSubstr("want one of generator-limited, nothing"));
  EXPECT_THAT(Refused({"-repeat=0"}), HasSubstr("must be at least 1"));
  EXPECT_THAT(Refused({"-repeat=2", "-json"}), HasSubstr("-json: -repeat=2 has more than one result to print"));
  EXPECT_THAT(Parsed({"-abort-on-fail", "-accept=generator-limited", "-repeat-all"}).notices,
              ::testing::ElementsAre("-abort-on-fail has no effect without -threshold; leave it out",
                                     "-accept has no effect without -threshold; leave it out",
                                     "-repeat-all has no effect without -repeat; leave it out"));
}

TEST(RunFlags, NamesMayBeInCapitalsAndLanguagesLocales) {
  const RunCommandLine line = Parsed({"-cipher=CHACHA20POLY1305", "-serializer=Proto", "-on-agent-loss=Rebalance"});
  EXPECT_EQ(line.plan.cipher, CipherKind::kChaCha20Poly1305);
  EXPECT_EQ(line.plan.serializer, Serializer::kProto);
  EXPECT_EQ(line.policy.on_agent_loss, AgentLossPolicy::kRebalance);
  for (const char* chinese : {"zh", "ZH", "zh_CN", "zh-CN", "zh_CN.UTF-8", "zh-Hans"}) {
    EXPECT_EQ(Parsed({std::string("-lang=") + chinese}).output.language, Language::kChinese) << chinese;
  }
  for (const char* english : {"en_US", "en-GB", "en_US.UTF-8", "EN"}) {
    EXPECT_EQ(Parsed({std::string("-lang=") + english}).output.language, Language::kEnglish) << english;
  }
}

TEST(RunFlags, TheLocaleGivesTheLanguage) {
  const auto language = [](const Environment& environment) { return Parsed({}, environment).output.language; };
  EXPECT_EQ(language({{"LANG", "zh_CN.UTF-8"}}), Language::kChinese);
  EXPECT_EQ(language({{"LANG", "de_DE.UTF-8"}}), Language::kEnglish);
  EXPECT_EQ(language({{"LANG", "zh_CN.UTF-8"}, {"LC_MESSAGES", "en_US"}}), Language::kEnglish);
  EXPECT_EQ(language({{"LANG", "en_US"}, {"LC_MESSAGES", "en_US"}, {"LC_ALL", "zh_CN"}}), Language::kChinese);
  EXPECT_EQ(language({{"LC_ALL", "C"}, {"WSLOAD_LANG", "zh-CN"}}), Language::kChinese);
  EXPECT_EQ(Parsed({"-lang=en"}, {{"LANG", "zh_CN.UTF-8"}}).output.language, Language::kEnglish);
}

TEST(RunFlags, TheScreenIsChosen) {
  EXPECT_EQ(Parsed({}).output.screen, ScreenMode::kAuto);
  EXPECT_EQ(Parsed({"-screen=plain"}).output.screen, ScreenMode::kPlain);
  EXPECT_EQ(Parsed({"-screen=off"}).output.screen, ScreenMode::kOff);
  EXPECT_THAT(Refused({"-screen=big"}), HasSubstr("want one of auto, plain, off"));
  EXPECT_THAT(Parsed({"-screen=off", "-stats-interval=1s"}).notices,
              ::testing::ElementsAre("-stats-interval has no effect with -screen=off; leave it out"));
}

TEST(RunFlags, WhatIsWrongIsSaidInChineseToo) {
  const auto refused = [](const std::vector<std::string>& args) {
    return ErrorText(ParseRunFlags(args, {}).status(), Language::kChinese);
  };
  EXPECT_EQ(refused({"-client=5"}), "没有参数 -client；是否想写 -clients？（-help 列出所有参数）");
  EXPECT_EQ(refused({"-stats-interval=0"}), "-stats-interval=0s：不得小于 1s；例如 -stats-interval=5s");
  EXPECT_EQ(refused({"-out="}), "-out=：为空；请指定目录，或用 -out=none 不保存");
  EXPECT_EQ(WantedLanguage({"-clients", "x", "-lang", "zh"}, {}, "WSLOAD"), Language::kChinese);
  EXPECT_EQ(WantedLanguage({}, {{"WSLOAD_LANG", "en"}, {"LANG", "zh_CN"}}, "WSLOAD"), Language::kEnglish);
  EXPECT_THAT(Parsed({"-agent-lease=2s", "-lang=zh"}).notices,
              ::testing::ElementsAre("-agent-lease 在没有 -agents 时不起作用；请去掉它"));
}

TEST(RunFlags, CountsTakeSuffixes) {
  const RunPlan plan = Parsed({"-clients=2k", "-mps=1.5K", "-msg-size=2k"}).plan;
  EXPECT_EQ(plan.clients, 2000);
  EXPECT_EQ(plan.mps, 1500);
  EXPECT_EQ(plan.msg_size_bytes, 2048);
  EXPECT_THAT(Refused({"-clients=1g"}), HasSubstr("-clients=1000000000: must be at most 100000000"));
}

TEST(RunFlags, WhatHasNoEffectIsNoticed) {
  EXPECT_THAT(Parsed({}, {{"WSLOAD_TOKEN", "0123456789abcdef"},
                          {"WSLOAD_JWT_KEY", "k"},
                          {"WSLOAD_CIPHER_KEY", "0123456789abcdef"},
                          {"WSLOAD_LANG", "zh"},
                          {"WSLOAD_FLAGFILE", "/dev/null"},
                          {"WSLOAD_OUT", ""}})
                  .notices,
              ::testing::IsEmpty());
  EXPECT_THAT(Parsed({"-mps=5", "-mps=6"}, {{"WSLOAD_CLINTS", "5"}}).notices, ::testing::SizeIs(2));
  EXPECT_THAT(Parsed({"-agent-lease=2s", "-on-agent-loss=continue", "-quiet", "-stats-interval=1s"}).notices,
              ::testing::ElementsAre("-on-agent-loss has no effect without -agents; leave it out",
                                     "-agent-lease has no effect without -agents; leave it out",
                                     "-stats-interval has no effect with -quiet; leave it out"));
  EXPECT_THAT(Parsed({"-agent-lease=2s", "-agents=h1:7400", "-stats-interval=1s"}).notices, ::testing::IsEmpty());
}

TEST(RunFlags, EnvironmentComesSecond) {
  const Environment environment = {
      {"WSLOAD_CLIENTS", "20"}, {"WSLOAD_MPS", "30"}, {"WSLOAD_LANG", "zh"}, {"LANG", "zh_CN.UTF-8"}};
  const RunCommandLine line = Parsed({"-mps=5"}, environment);
  EXPECT_EQ(line.plan.clients, 20);
  EXPECT_EQ(line.plan.mps, 5);
  EXPECT_EQ(line.output.language, Language::kChinese);
}

TEST_F(RunFlagsFiles, KeysComeFromFilesThenEnvironmentThenTheDemo) {
  const std::string jwt = File("jwt", "file-jwt-key\n");
  const std::string cipher = File("cipher", "0123456789abcdef");
  const Environment environment = {{"WSLOAD_JWT_KEY", "env-jwt-key"}, {"WSLOAD_CIPHER_KEY", "fedcba9876543210"}};
  const RunPlan from_files = Parsed({"-jwt-key-file=" + jwt, "-cipher-key-file=" + cipher}, environment).plan;
  EXPECT_EQ(from_files.jwt_key, "file-jwt-key");
  EXPECT_EQ(from_files.cipher_key, "0123456789abcdef");
  const RunPlan from_environment = Parsed({}, environment).plan;
  EXPECT_EQ(from_environment.jwt_key, "env-jwt-key");
  EXPECT_EQ(from_environment.cipher_key, "fedcba9876543210");
  EXPECT_EQ(Parsed({"-cipher=none"}, environment).plan.cipher_key, "");
}

TEST_F(RunFlagsFiles, CombinationsThatCannotWork) {
  const std::string short_key = File("short", "0123456789abcdef");
  const std::string odd_key = File("odd", "secret-of-odd-length");
  const std::string pem = File("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  EXPECT_THAT(Refused({"-cipher=none", "-cipher-key-file=" + short_key}), HasSubstr("-cipher=none has no key"));
  EXPECT_THAT(Refused({"-cipher=chacha20poly1305", "-cipher-key-file=" + short_key}),
              HasSubstr("the key has 16 bytes, -cipher=chacha20poly1305 needs 32"));
  const std::string odd = Refused({"-cipher-key-file=" + odd_key});
  EXPECT_THAT(odd, HasSubstr("needs 16, 24 or 32"));
  EXPECT_THAT(odd, Not(HasSubstr("secret-of-odd-length")));
  EXPECT_THAT(Refused({"-ca-file=" + pem}), HasSubstr("only wss:// has certificates"));
  EXPECT_THAT(Refused({"-insecure-skip-verify"}), HasSubstr("only wss:// has certificates"));
  EXPECT_THAT(Refused({"-server=wss://gw/ws", "-insecure-skip-verify", "-ca-file=" + pem}),
              HasSubstr("leave one of the two out"));
  EXPECT_THAT(Refused({"-server=wss://gw/ws", "-ca-file=" + File("empty", "")}), HasSubstr("is empty"));
  EXPECT_THAT(Refused({"-protocol=echo", "-cipher=aes"}), HasSubstr("-protocol=echo sends plain text"));
  EXPECT_THAT(Refused({"-protocol=echo", "-serializer=json"}), HasSubstr("leave -serializer out"));
}

TEST(RunFlags, EchoHasNoCipher) {
  const RunPlan plan = Parsed({"-protocol=echo"}).plan;
  EXPECT_EQ(plan.cipher, CipherKind::kNone);
  EXPECT_EQ(plan.cipher_key, "");
}

TEST(RunFlags, StagesSayWhenMessagesAreDue) {
  RunPlan plan = Parsed({"-stages=30s:1000,peak=1m:@5k", "-stages=30s:0"}).plan;
  EXPECT_EQ(plan.stages.text(), "30s:1000,peak=1m:@5000,30s:0");
  EXPECT_EQ(plan.duration_ns, 120 * kNsPerSecond);
  EXPECT_EQ(plan.mps, 0) << "the rate before the first stage, since none is given";
  plan = Parsed({"-stages=30s:1000", "-mps=30/m", "-arrivals=poisson", "-seed=7"}).plan;
  EXPECT_EQ(plan.mps, *Rate::Parse("0.5"));
  EXPECT_EQ(plan.arrivals, Arrivals::kPoisson);
  EXPECT_EQ(plan.seed, 7);
  EXPECT_EQ(Parsed({"-mps=0"}).plan.mps, 0);
}

TEST(RunFlags, AWarmUpIsNotPartOfTheDuration) {
  const RunPlan plan = Parsed({"-warm-up=30s", "-duration=1m", "-mps=100"}).plan;
  EXPECT_EQ(plan.warm_up_ns, 30 * kNsPerSecond);
  EXPECT_EQ(plan.duration_ns, 60 * kNsPerSecond);
  EXPECT_EQ(Parsed({"-warm-up=5s", "-stages=peak=10s:@100,10s:0", "-threshold=p(99){peak}<200ms"}).plan.duration_ns,
            20 * kNsPerSecond);
  EXPECT_THAT(Refused({"-warm-up=-1s"}), HasSubstr("-warm-up=-1s"));
  EXPECT_THAT(Refused({"-warm-up=5s", "-threshold=p(99){peak}<200ms"}), HasSubstr("the load has no stages"));
}

struct BadLine {
  std::vector<std::string> args;
  std::string says;
};

TEST(RunFlags, BadLinesSayHowToMendThem) {
  const std::vector<BadLine> lines = {
      {{"-clients=0"}, "-clients=0"},
      {{"-clients=-5"}, "-clients=-5"},
      {{"-clients=ten"}, "-clients=ten"},
      {{"-mps=-1"}, "-mps=-1"},
      {{"-mps", "-1"}, "-mps=-1"},
      {{"-mps=1/d"}, "-mps=1/d: not a rate; write for example 100, 2k (2000), 0.5, 30/m or 10/h"},
      {{"-mps=1g"}, "-mps=1g: must be at most 100000000 messages a second"},
      {{"-mps=0.00000001"}, "-mps=0.00000001: finer than a millionth of a message"},
      {{"-stages=30s"}, "-stages: 30s: want a duration and a rate; for example 30s:1000"},
      {{"-stages=1s:1,x:5"}, "-stages: x:5: not a duration of more than 0"},
      {{"-stages=1s:x"}, "-stages: 1s:x: not a rate"},
      {{"-stages=1s:1", "-duration=1s"}, "-duration: -stages says how long the load lasts, 1s in all; leave"},
      {{"-arrivals=even"}, "want one of constant, poisson"},
      {{"-seed=-1"}, "-seed=-1"},
      {{"-arrivals=poisson", "-mps=1m", "-duration=720h"}, "-arrivals=poisson: takes at most 100000000000 messages"},
      {{"-duration=abc"}, "-duration=abc"},
      {{"-duration=5"}, "-duration=5"},
      {{"-duration=0s"}, "-duration=0s"},
      {{"-conn-timeout=0s"}, "-conn-timeout=0s"},
      {{"-resp-timeout=-1s"}, "-resp-timeout=-1s"},
      {{"-ramp-up=-1s"}, "-ramp-up=-1s"},
      {{"-msg-size=-1"}, "-msg-size=-1"},
      {{"-msg-size=1x"}, "-msg-size=1x"},
      {{"-size=1x"}, "-size=1x: 1x: not a size"},
      {{"-size=mix:90%100"}, "-size=mix:90%100: the shares make 90%, and must make 100%"},
      {{"-size=exp:1k", "-msg-size=1k"}, "-msg-size: -size=exp:1k says how large messages are; leave -msg-size out"},
      {{"-size=mix:50%1,50%100", "-protocol=echo"}, "-size=mix:50%1,50%100: -protocol=echo knows messages of several"},
      {{"-retry=-1"}, "-retry=-1: must be at least 0"},
      {{"-retry=1", "-protocol=echo"}, "-retry=1: is for a server that knows messages by their keys"},
      {{"-model=half"}, "want one of open, closed"},
      {{"-model=closed", "-mps=5"},
       "-mps: with -model=closed messages leave as fast as the server answers; leave -mps"},
      {{"-model=closed", "-stages=1s:1"}, "-stages: with -model=closed"},
      {{"-model=closed", "-arrivals=poisson"}, "-arrivals: with -model=closed"},
      {{"-server=http://x"}, "-server=http://x"},
      {{"-server="}, "-server="},
      {{"-server"}, "-server: needs a value"},
      {{"-cleints=5"}, "did you mean -clients?"},
      {{"-no-such-flag"}, "unknown flag -no-such-flag"},
      {{"-serializer=xml"}, "want one of json, proto"},
      {{"-cipher=rot13"}, "want one of aes, chacha20poly1305, none"},
      {{"-protocol=mqtt"}, "want one of gateway, echo"},
      {{"-lang=fr"}, "want one of en, zh"},
      {{"-heartbeat=-1s"}, "-heartbeat=-1s"},
      {{"-stats-interval=0"}, "-stats-interval=0s: must be at least 1s; for example -stats-interval=5s"},
      {{"-agent-lease=31s"}, "-agent-lease=31s: must be at most 30s; for example -agent-lease=5s"},
      {{"-on-agent-loss=panic"}, "-on-agent-loss=panic: want one of fail, continue, rebalance"},
      {{"-local-addrs=10.0.0.5;10.0.0.6"}, "-local-addrs: \"10.0.0.5;10.0.0.6\" is no IP address"},
      {{"-workers=-1"}, "-workers=-1"},
      {{"-header=no colon"}, "want \"Name: value\""},
      {{"-header=Host: x"}, "-header=Host"},
      {{"-jwt-key-file=/nonexistent/key"}, "-jwt-key-file=/nonexistent/key"},
      {{"-cipher-key-file=/nonexistent/key"}, "-cipher-key-file=/nonexistent/key"},
      {{"-token-param=a b"}, "-token-param"},
      {{"-json=maybe"}, "-json=maybe"},
      {{"-out="}, "-out=: is empty"},
      {{"ws://host/ws"}, "write -server="},
      {{"surplus"}, "unexpected argument \"surplus\""},
  };
  for (const BadLine& line : lines) {
    EXPECT_THAT(Refused(line.args), HasSubstr(line.says)) << ::testing::PrintToString(line.args);
  }
  EXPECT_THAT(Refused({}, {{"WSLOAD_CLIENTS", "x"}}), HasSubstr("WSLOAD_CLIENTS=x"));
}

TEST(RunFlags, CompressionIsAChoiceThatMayStandAlone) {
  const auto compress = [](const std::vector<std::string>& args, const Environment& environment = {}) {
    return Parsed(args, environment).plan.compress;
  };
  EXPECT_EQ(compress({}), Compression::kOff);
  for (const char* flag : {"-compress", "--compress=true", "-compress=1", "-compress=context"}) {
    EXPECT_EQ(compress({flag}), Compression::kContext) << flag;
  }
  EXPECT_EQ(compress({"-compress=no-context"}), Compression::kNoContext);
  for (const char* flag : {"-compress=false", "-nocompress", "-compress=off"}) {
    EXPECT_EQ(compress({flag}), Compression::kOff) << flag;
  }
  EXPECT_EQ(compress({}, {{"WSLOAD_COMPRESS", "no-context"}}), Compression::kNoContext);
  EXPECT_THAT(Refused({"-compress=maybe"}), HasSubstr("-compress=maybe: want one of off, context, no-context"));
}

TEST(RunFlags, ATokenInTheUrlIsRefusedAndNotRepeated) {
  const std::string line = Refused({"-server=ws://gw/ws?token=s3cret"});
  EXPECT_THAT(line, HasSubstr("-server: the URL already has a parameter token="));
  EXPECT_THAT(line, Not(HasSubstr("s3cret")));
  EXPECT_EQ(Parsed({"-server=ws://gw/ws?token=s3cret", "-token-param=access_token"}).plan.token_param, "access_token");
}

TEST(RunFlags, BadHeaderIsNotRepeated) { EXPECT_THAT(Refused({"-header=Bearer-secret"}), Not(HasSubstr("secret"))); }

TEST(RunFlags, HelpFitsAScreen) {
  const std::string help = Parsed({"-help"}).print.value_or("");
  EXPECT_LE(std::count(help.begin(), help.end(), '\n'), 24);
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  for (const char* flag : {"-clients", "-mps", "-duration", "-conn-timeout", "-resp-timeout", "-ramp-up", "-msg-size",
                           "-server", "-agents", "-out"}) {
    EXPECT_THAT(help, HasSubstr(flag));
  }
  const std::string full = Parsed({"-helpfull"}).print.value_or("");
  EXPECT_THAT(full, HasSubstr("-insecure-skip-verify"));
  EXPECT_THAT(Parsed({"-version"}).print.value_or(""), HasSubstr("wsload 0."));
}

TEST(RunFlags, HelpSpeaksChineseWhenAsked) {
  for (const auto& line :
       {Parsed({"-help", "-lang=zh"}), Parsed({"-lang", "zh", "-help"}), Parsed({"-help"}, {{"WSLOAD_LANG", "zh"}})}) {
    const std::string help = line.print.value_or("");
    EXPECT_THAT(help, HasSubstr("连接数，所有压测节点合计（默认 10）"));
    EXPECT_THAT(help, Not(HasSubstr("default")));
    std::istringstream lines(help);
    for (std::string text; std::getline(lines, text);) EXPECT_LE(DisplayWidth(text), 80) << text;
  }
  EXPECT_THAT(Parsed({"-help", "-lang=en"}, {{"WSLOAD_LANG", "zh"}}).print.value_or(""), HasSubstr("(default 10)"));
}

}  // namespace
}  // namespace wsload
