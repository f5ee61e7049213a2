#include "common/flags/flag_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "common/time/clock.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FlagSetTest : public testing::Test {
 protected:
  FlagSetTest() : file_(testing::TempDir() + "wsload_flags_test." + std::to_string(::getpid())) {
    flags_.Add("clients", &clients_, {.help = {"virtual users, each with its own connection"}, .in_short_help = true});
    flags_.Add("mps", &mps_, {.help = {"messages per second, over all clients"}, .in_short_help = true});
    flags_.Add("workers", &workers_, {.help = {"threads"}});
    flags_.Add("duration", DurationNs{&duration_ns_}, {.help = {"how long to send"}, .in_short_help = true});
    flags_.Add("heartbeat", DurationNs{&heartbeat_ns_}, {.help = {"heartbeat"}});
    flags_.Add("msg-size", SizeBytes{&msg_size_}, {.help = {"payload"}, .in_short_help = true});
    flags_.Add("compress", &compress_, {.help = {"permessage-deflate"}, .in_short_help = true});
    flags_.Add("verify", &verify_, {.help = {"check certificates"}});
    flags_.Add("ratio", &ratio_, {.help = {"a ratio"}});
    flags_.Add("server", &server_, {.help = {"where to connect"}, .in_short_help = true});
    flags_.Add("conn-timeout", DurationNs{&conn_timeout_ns_}, {.help = {"how long"}});
    flags_.Add("header", &headers_, {.help = {"a header of the upgrade"}, .in_short_help = true});
    flags_.Add({.name = "serializer",
                .default_text = "json",
                .parse =
                    [this](std::string_view text) {
                      if (text != "json" && text != "proto")
                        return LocalInvalidArgument({"want json or proto", "可选值：json、proto"});
                      serializer_ = text;
                      return absl::OkStatus();
                    },
                .options = {.help = {"wire format"}, .in_short_help = true}});
  }
  ~FlagSetTest() override { std::filesystem::remove(file_); }

  std::string Parse(const std::vector<std::string>& args, const Environment& environment = {}) {
    const absl::Status status = flags_.Parse(args, environment);
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
    return TextInBoth(status);
  }
  void WriteFile(const std::string& content) { std::ofstream(file_, std::ios::binary) << content; }

  FlagSet flags_{"wsload", "WSLOAD"};
  int64_t clients_ = 10;
  int64_t mps_ = 1;
  int32_t workers_ = 0;
  int64_t duration_ns_ = 60 * kNsPerSecond;
  int64_t heartbeat_ns_ = 0;
  int64_t conn_timeout_ns_ = 10 * kNsPerSecond;
  int64_t msg_size_ = 100;
  bool compress_ = false;
  bool verify_ = true;
  double ratio_ = 0.5;
  std::string server_ = "ws://localhost:9002/ws";
  std::string serializer_ = "json";
  std::vector<std::string> headers_;
  const std::string file_;
};

TEST_F(FlagSetTest, NothingGivenKeepsTheDefaults) {
  EXPECT_EQ(Parse({}), "");
  EXPECT_EQ(clients_, 10);
  EXPECT_FALSE(flags_.IsSet("clients"));
  EXPECT_FALSE(flags_.IsSet("unheard-of"));
}

TEST_F(FlagSetTest, GoAndAbseilStyle) {
  EXPECT_EQ(Parse({"-clients=1000", "--mps=20", "-duration", "1m30s", "--server", "ws://h/", "-msg-size=1k",
                   "-workers=-1", "-ratio=0.25", "-serializer=proto"}),
            "");
  EXPECT_EQ(clients_, 1000);
  EXPECT_EQ(mps_, 20);
  EXPECT_EQ(duration_ns_, 90 * kNsPerSecond);
  EXPECT_EQ(server_, "ws://h/");
  EXPECT_EQ(msg_size_, 1024);
  EXPECT_EQ(workers_, -1);
  EXPECT_EQ(ratio_, 0.25);
  EXPECT_EQ(serializer_, "proto");
  EXPECT_TRUE(flags_.IsSet("clients"));
  EXPECT_TRUE(flags_.IsSet("msg_size"));
}

TEST_F(FlagSetTest, UnderscoresAreDashes) {
  EXPECT_EQ(Parse({"--conn_timeout=3s"}), "");
  EXPECT_EQ(conn_timeout_ns_, 3 * kNsPerSecond);
}

TEST_F(FlagSetTest, Booleans) {
  EXPECT_EQ(Parse({"-compress", "-noverify"}), "");
  EXPECT_TRUE(compress_);
  EXPECT_FALSE(verify_);
}

TEST_F(FlagSetTest, BooleansWithAValue) {
  EXPECT_EQ(Parse({"-compress=yes", "--verify=FALSE"}), "");
  EXPECT_TRUE(compress_);
  EXPECT_FALSE(verify_);
}

TEST_F(FlagSetTest, BooleansTakeNoSeparateValue) {
  EXPECT_EQ(Parse({"-compress", "run", "-no-verify"}), "");
  EXPECT_TRUE(compress_);
  EXPECT_FALSE(verify_);
  EXPECT_THAT(flags_.positional(), ElementsAre("run"));
}

TEST_F(FlagSetTest, BooleanErrors) {
  EXPECT_EQ(Parse({"-compress=maybe"}), "-compress=maybe: not a truth value; write true or false");
  EXPECT_EQ(Parse({"-nocompress=true"}), "-nocompress: takes no value; write -compress=false");
  EXPECT_EQ(Parse({"-noclients"}), "unknown flag -noclients; did you mean -clients? (-help lists them)");
}

TEST_F(FlagSetTest, ANegativeNumberIsAValue) {
  EXPECT_EQ(Parse({"-mps", "-1", "-clients", "5"}), "");
  EXPECT_EQ(mps_, -1);
  EXPECT_EQ(clients_, 5);
}

TEST_F(FlagSetTest, ValuesMayHoldEqualsSigns) {
  EXPECT_EQ(Parse({"-server=ws://h/?a=b=c", "-header=X: a=b"}), "");
  EXPECT_EQ(server_, "ws://h/?a=b=c");
  EXPECT_THAT(headers_, ElementsAre("X: a=b"));
}

TEST_F(FlagSetTest, TheLastScalarWinsAndListsGrow) {
  EXPECT_EQ(Parse({"-clients=1", "-header=A: 1", "-clients=2", "-header", "B: 2"}), "");
  EXPECT_EQ(clients_, 2);
  EXPECT_THAT(headers_, ElementsAre("A: 1", "B: 2"));
}

TEST_F(FlagSetTest, UnknownFlagsGetAHint) {
  EXPECT_EQ(Parse({"-clinets=5"}), "unknown flag -clinets; did you mean -clients? (-help lists them)");
  EXPECT_EQ(Parse({"--msgsize=5"}), "unknown flag -msgsize; did you mean -msg-size? (-help lists them)");
  EXPECT_EQ(Parse({"-bananas"}), "unknown flag -bananas (-help lists them)");
}

TEST_F(FlagSetTest, ValueErrorsNameFlagValueAndMend) {
  EXPECT_EQ(Parse({"-duration=abc"}), "-duration=abc: not a duration; write for example 30s, 1m30s or 500ms");
  EXPECT_EQ(Parse({"-duration", "30"}), "-duration=30: not a duration; write for example 30s, 1m30s or 500ms");
  EXPECT_EQ(Parse({"--clients=many"}), "-clients=many: not a whole number; write for example 10");
  EXPECT_EQ(Parse({"-clients="}), "-clients=: not a whole number; write for example 10");
  EXPECT_EQ(Parse({"-workers=3000000000"}),
            "-workers=3000000000: out of range; must be from -2147483648 to 2147483647");
  EXPECT_EQ(Parse({"-msg-size=1x"}), "-msg-size=1x: not a size; write bytes, for example 100, 64k or 2m");
  EXPECT_EQ(Parse({"-serializer=xml"}), "-serializer=xml: want json or proto");
  EXPECT_EQ(Parse({"-ratio=nan"}), "-ratio=nan: not a number; write for example 0.5");
}

TEST_F(FlagSetTest, MissingValues) {
  EXPECT_EQ(Parse({"-clients"}), "-clients: needs a value, for example -clients=10");
  EXPECT_EQ(Parse({"-clients", "-mps=5"}), "-clients: needs a value, for example -clients=10");
  EXPECT_EQ(Parse({"-duration", "--"}), "-duration: needs a value, for example -duration=1m");
  EXPECT_EQ(Parse({"-header"}), "-header: needs a value, for example -header=TEXT");
  EXPECT_EQ(Parse({"-flagfile"}), "-flagfile: needs a value, for example -flagfile=load.flags");
}

TEST_F(FlagSetTest, PositionalArgumentsAndTheEndOfFlags) {
  EXPECT_EQ(Parse({"run", "-clients=3", "-", "more", "--", "-mps=9", "--"}), "");
  EXPECT_EQ(clients_, 3);
  EXPECT_EQ(mps_, 1);
  EXPECT_THAT(flags_.positional(), ElementsAre("run", "-", "more", "-mps=9", "--"));
}

TEST_F(FlagSetTest, HelpEndsTheReading) {
  EXPECT_EQ(Parse({"-clients=3", "-h", "-bananas"}), "");
  EXPECT_TRUE(flags_.help_wanted());
  EXPECT_FALSE(flags_.helpfull_wanted());
  EXPECT_EQ(Parse({"--helpfull"}), "");
  EXPECT_TRUE(flags_.helpfull_wanted());
}

TEST_F(FlagSetTest, EnvironmentFillsInWhatFlagsLeaveOpen) {
  EXPECT_EQ(Parse({"-clients=7"}, {{"WSLOAD_CLIENTS", "99"},
                                   {"WSLOAD_CONN_TIMEOUT", "2s"},
                                   {"WSLOAD_COMPRESS", "1"},
                                   {"WSLOAD_HEADER", "A: b"},
                                   {"WSLOAD_MPS", ""},
                                   {"WSLOAD_NO_SUCH_THING", "x"},
                                   {"MPS", "77"}}),
            "");
  EXPECT_EQ(clients_, 7);
  EXPECT_EQ(conn_timeout_ns_, 2 * kNsPerSecond);
  EXPECT_TRUE(compress_);
  EXPECT_THAT(headers_, ElementsAre("A: b"));
  EXPECT_EQ(mps_, 1);
  EXPECT_TRUE(flags_.IsSet("conn-timeout"));
}

TEST_F(FlagSetTest, EnvironmentErrorsNameTheVariable) {
  EXPECT_EQ(Parse({}, {{"WSLOAD_DURATION", "abc"}}),
            "WSLOAD_DURATION=abc: not a duration; write for example 30s, 1m30s or 500ms");
}

TEST_F(FlagSetTest, FlagFileStandsBetweenFlagsAndEnvironment) {
  WriteFile("# a load\n-clients=10\r\n  mps=20  \n\n--duration 5s\n-compress\nheader=A: 1\nheader=B: 2\nmps=21");
  EXPECT_EQ(Parse({"-flagfile=" + file_, "-clients=7"},
                  {{"WSLOAD_MPS", "99"}, {"WSLOAD_HEADER", "C: 3"}, {"WSLOAD_MSG_SIZE", "2k"}}),
            "");
  EXPECT_EQ(clients_, 7);
  EXPECT_EQ(mps_, 21);
  EXPECT_EQ(duration_ns_, 5 * kNsPerSecond);
  EXPECT_TRUE(compress_);
  EXPECT_THAT(headers_, ElementsAre("A: 1", "B: 2"));
  EXPECT_EQ(msg_size_, 2048);
}

TEST_F(FlagSetTest, FlagFileMayBeNamedByTheEnvironmentOrASeparateValue) {
  WriteFile("clients=42\n");
  EXPECT_EQ(Parse({}, {{"WSLOAD_FLAGFILE", file_}}), "");
  EXPECT_EQ(clients_, 42);
  WriteFile("mps=43\n");
  EXPECT_EQ(Parse({"--flagfile", file_}), "");
  EXPECT_EQ(mps_, 43);
}

TEST_F(FlagSetTest, FlagFileErrorsNameFileAndLine) {
  const auto error_of = [&](const std::string& content) {
    WriteFile(content);
    return Parse({"-flagfile=" + file_});
  };
  EXPECT_EQ(error_of("\n-clinets=3\n"), file_ + ":2: unknown flag -clinets; did you mean -clients? (-help lists them)");
  EXPECT_EQ(error_of("mps=x"), file_ + ":1: -mps=x: not a whole number; write for example 10");
  EXPECT_EQ(error_of("#\n#\nclients\n"), file_ + ":3: -clients: needs a value, for example -clients=10");
  EXPECT_EQ(error_of("-flagfile=other"), file_ + ":1: -flagfile does not nest; name each file in the command");
  EXPECT_EQ(Parse({"-flagfile=/nonexistent/f"}),
            "-flagfile=/nonexistent/f: cannot be read: No such file or directory; give a readable file with one flag "
            "a line");
}

TEST_F(FlagSetTest, ErrorsAreOneShortLineWhateverComes) {
  EXPECT_EQ(Parse({"-clients=1\n2"}), "-clients=1\\n2: not a whole number; write for example 10");
  EXPECT_LT(Parse({"-" + std::string(1'000'000, 'x')}).size(), 200);
  EXPECT_LT(Parse({"-mps=" + std::string(1'000'000, '9')}).size(), 200);
}

TEST_F(FlagSetTest, SurvivesAnyArguments) {
  std::mt19937 random(12);
  const std::vector<std::string> pieces = {"-",        "--",       "=",   "clients", "mps",    "no",       "compress",
                                           "1",        "-1",       "abc", "\n",      "\xff",   "help",     "_",
                                           "flagfile", "duration", "s",   " ",       "header", "/dev/null"};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> args(random() % 4);
    for (std::string& arg : args) {
      for (auto n = random() % 5; n > 0; --n) arg += pieces[random() % pieces.size()];
    }
    const std::string error = Parse(args, {{"WSLOAD_CLIENTS", args.empty() ? "" : args[0]}});
    ASSERT_FALSE(HasControlCharacter(error)) << error;
    ASSERT_TRUE(IsUtf8(error));
  }
}

TEST_F(FlagSetTest, UsageShowsReadableDefaults) {
  const std::string usage = flags_.Usage({"wsload [run] [flags]: load a WebSocket gateway"}, false);
  EXPECT_EQ(usage,
            "wsload [run] [flags]: load a WebSocket gateway\n"
            "\n"
            "  -clients     virtual users, each with its own connection (default 10)\n"
            "  -mps         messages per second, over all clients (default 1)\n"
            "  -duration    how long to send (default 1m)\n"
            "  -msg-size    payload (default 100)\n"
            "  -compress    permessage-deflate\n"
            "  -server      where to connect (default ws://localhost:9002/ws)\n"
            "  -header      a header of the upgrade (repeatable)\n"
            "  -serializer  wire format (default json)\n"
            "\n"
            "All flags: wsload -helpfull. Also from WSLOAD_<NAME> and -flagfile=FILE.\n");
}

TEST_F(FlagSetTest, FullUsageHasEveryFlag) {
  const std::string usage = flags_.Usage({"wsload"}, true);
  for (const char* line : {"  -workers       threads (default 0)", "  -heartbeat     heartbeat (default 0)",
                           "  -verify        check certificates (default true)", "  -clients       virtual users"}) {
    EXPECT_THAT(usage, HasSubstr(line));
  }
}

TEST(FlagSetUsage, SeventeenFlagsFitAScreen) {
  FlagSet flags("wsload", "WSLOAD");
  std::vector<int64_t> values(17, 60 * kNsPerSecond);
  for (size_t i = 0; i < values.size(); ++i) {
    flags.Add("some-flag-" + std::to_string(i), DurationNs{&values[i]},
              {.help = {"what this one does, said in one line"}, .in_short_help = true});
  }
  std::istringstream usage(flags.Usage({"wsload: load a WebSocket gateway"}, false));
  int lines = 0;
  for (std::string line; std::getline(usage, line); ++lines) EXPECT_LE(line.size(), 80) << line;
  EXPECT_LE(lines, 24);
}

TEST(FlagSetUsage, LongHelpIsWrapped) {
  FlagSet flags("wsload", "WSLOAD");
  std::string value;
  flags.Add("x", &value,
            {.help = {"word word word word word word word word word word word word word word word word word end"}});
  EXPECT_THAT(flags.Usage({"i"}, true), HasSubstr("word word\n      word word end\n"));
}

TEST(FlagSetUsage, TheHelpIsInTheLanguageAskedFor) {
  const auto help = [](const std::vector<std::string>& args, const Environment& environment) {
    FlagSet flags("wsload-agent", "WSLOAD_AGENT");
    int64_t number = 3;
    std::vector<std::string> list;
    flags.Add("number", &number, {.help = {"a number", "一个数"}, .in_short_help = true});
    flags.Add("list", &list, {.help = {"a list", "一个列表"}});
    EXPECT_EQ(flags.Parse(args, environment), absl::OkStatus());
    EXPECT_TRUE(flags.help_wanted() || flags.helpfull_wanted());
    return flags.Usage({"intro", "介绍"}, flags.helpfull_wanted());
  };
  const std::string english =
      "intro\n\n  -number  a number (default 3)\n\n"
      "All flags: wsload-agent -helpfull. Also from WSLOAD_AGENT_<NAME> and -flagfile=FILE.\n";
  const std::string chinese =
      "介绍\n\n  -number  一个数（默认 3）\n\n"
      "全部参数：wsload-agent -helpfull。也可来自环境变量 WSLOAD_AGENT_<名称> 和 -flagfile=文件。\n";
  EXPECT_EQ(help({"-help"}, {}), english);
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"-help", "-lang=zh"}, {"--lang=zh", "-help"}, {"-h", "--lang", "zh"}, {"-lang", "zh", "-help"}}) {
    EXPECT_EQ(help(args, {}), chinese) << testing::PrintToString(args);
  }
  EXPECT_EQ(help({"-help"}, {{"WSLOAD_LANG", "zh"}}), chinese);
  EXPECT_EQ(help({"-help"}, {{"WSLOAD_LANG", "zh"}, {"WSLOAD_AGENT_LANG", "en"}}), english);
  EXPECT_EQ(help({"-help", "-lang=en"}, {{"WSLOAD_LANG", "zh"}}), english);
  EXPECT_EQ(help({"-help", "--", "-lang=zh"}, {}), english);
  EXPECT_THAT(help({"-helpfull", "-lang=zh"}, {}), HasSubstr("  -list    一个列表（可重复）\n"));
}

TEST_F(FlagSetTest, TheLanguageAloneIsAFlagLikeAnyOther) {
  EXPECT_THAT(Parse({"-lang=zh"}), HasSubstr("unknown flag -lang"));
}

TEST(FlagSetErrors, AValueThatMayBeACredentialIsNotRepeated) {
  FlagSet flags("wsload", "WSLOAD");
  flags.Add({.name = "header",
             .parse = [](std::string_view) { return InvalidArgument("want \"Name: value\""); },
             .options = {.help = {"a header"}, .repeat_value = false}});
  EXPECT_EQ(Text(flags.Parse({"-header=s3cret"}, {})), "-header: want \"Name: value\"");
  EXPECT_EQ(Text(flags.Parse({}, {{"WSLOAD_HEADER", "s3cret"}})), "WSLOAD_HEADER: want \"Name: value\"");
}

TEST(ProcessEnvironment, HoldsWhatIsSet) {
  ::setenv("WSLOAD_TEST_VARIABLE", "a=b", 1);
  EXPECT_EQ(ProcessEnvironment().at("WSLOAD_TEST_VARIABLE"), "a=b");
  ::unsetenv("WSLOAD_TEST_VARIABLE");
}

}  // namespace
}  // namespace wsload
