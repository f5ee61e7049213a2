#include "common/flags/flag_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/flags/flag_set.h"
#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FlagFileTest : public testing::Test {
 protected:
  FlagFileTest() : path_(testing::TempDir() + "wsload_flag_file." + std::to_string(::getpid())) {
    flags_.Add("clients", &clients_, {.help = {"clients"}});
    flags_.Add("mps", &mps_, {.help = {"rate"}});
    flags_.Add("compress", &compress_, {.help = {"compress"}});
    flags_.Add("server", &server_, {.help = {"where to"}, .example = "ws://localhost:9002/ws"});
    flags_.Add("jwt-issuer", &issuer_, {.help = {"issuer"}});
    flags_.Add("header", &headers_, {.help = {"a header"}, .repeat_value = false});
  }
  ~FlagFileTest() override { std::filesystem::remove(path_); }

  /// The error, with FILE for the file's name.
  std::string Read(const std::string& content, const std::vector<std::string>& more = {}) {
    std::ofstream(path_, std::ios::binary) << content;
    std::vector<std::string> args = {"-flagfile=" + path_};
    args.insert(args.end(), more.begin(), more.end());
    return Named(TextInBoth(flags_.Parse(args, {})));
  }
  std::string Named(std::string_view line) const {
    std::string text(line);
    for (size_t at; (at = text.find(path_)) != std::string::npos;) text.replace(at, path_.size(), "FILE");
    return text;
  }
  std::vector<std::string> Notices() const {
    std::vector<std::string> lines;
    for (const LocalString& notice : flags_.notices()) {
      EXPECT_TRUE(IsChinese(notice.In(Language::kChinese)));
      lines.push_back(Named(notice.english()));
    }
    return lines;
  }

  FlagSet flags_{"wsload", "WSLOAD"};
  int64_t clients_ = 10;
  int64_t mps_ = 1;
  bool compress_ = false;
  std::string server_;
  std::string issuer_;
  std::vector<std::string> headers_;
  const std::string path_;
};

struct Written {
  const char* content;
  int64_t clients = 10;
  int64_t mps = 1;
  bool compress = false;
  std::string server;
  std::string issuer;
  std::vector<std::string> headers;
};

class FlagFileForms : public FlagFileTest, public testing::WithParamInterface<Written> {};

TEST_P(FlagFileForms, TakeEffect) {
  EXPECT_EQ(Read(GetParam().content), "");
  EXPECT_EQ(clients_, GetParam().clients);
  EXPECT_EQ(mps_, GetParam().mps);
  EXPECT_EQ(compress_, GetParam().compress);
  EXPECT_EQ(server_, GetParam().server);
  EXPECT_EQ(issuer_, GetParam().issuer);
  EXPECT_EQ(headers_, GetParam().headers);
  EXPECT_THAT(Notices(), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Encodings, FlagFileForms,
    testing::Values(Written{.content = "\xef\xbb\xbf-clients=2\r\n-mps=3\r\n", .clients = 2, .mps = 3},
                    Written{.content = "-clients=2\r-mps=3\r", .clients = 2, .mps = 3},
                    Written{.content = "-clients=2\n\n\r\n \t \n-mps=3", .clients = 2, .mps = 3},
                    Written{.content = "\xef\xbb\xbf# only a comment"}, Written{.content = ""}));

INSTANTIATE_TEST_SUITE_P(Spellings, FlagFileForms,
                         testing::Values(Written{.content = "clients=2\n--mps 3", .clients = 2, .mps = 3},
                                         Written{.content = "  -clients = 2  \n\tmps\t3\t", .clients = 2, .mps = 3},
                                         Written{.content = "-clients=2 \\\n-mps=3 \\\n-compress \\\n",
                                                 .clients = 2,
                                                 .mps = 3,
                                                 .compress = true},
                                         Written{.content = "mps -5", .mps = -5},
                                         Written{.content = "server = ws://h/?a=b#c", .server = "ws://h/?a=b#c"}));

INSTANTIATE_TEST_SUITE_P(
    Comments, FlagFileForms,
    testing::Values(
        Written{.content = "# a\n // b\n\t#c\n-clients=2 # two\n-mps=3\t// three", .clients = 2, .mps = 3},
        Written{.content = "-compress  # yes\nserver=ws://h//x // there", .compress = true, .server = "ws://h//x"},
        Written{.content = "-jwt-issuer='a # b' # c", .issuer = "a # b"}));

INSTANTIATE_TEST_SUITE_P(
    Quotes, FlagFileForms,
    testing::Values(
        Written{.content = "-header=\"Authorization: Bearer x\"\n--header 'X-A: 1'\nheader = \"X-B: #2\" # b",
                .headers = {"Authorization: Bearer x", "X-A: 1", "X-B: #2"}},
        Written{.content = "\"-header=Name: value\"\n'--header=X: \"y\"',\n\"-clients=2\",",
                .clients = 2,
                .headers = {"Name: value", "X: \"y\""}},
        Written{.content = "-header=\"X: \\\"a\\\" \\\\ C:\\dir\"", .headers = {"X: \"a\" \\ C:\\dir"}},
        Written{.content = "-header=If-None-Match: \"a b\"", .headers = {"If-None-Match: \"a b\""}},
        Written{.content = "-clients=\"2\"\n-jwt-issuer=''", .clients = 2}));

TEST_F(FlagFileTest, WhatIsNoFlagIsOneLineWithFileAndNumber) {
  EXPECT_EQ(Read("\n-header=\"Authorization: s3cret"),
            "FILE:2: the quote at the beginning has no end; write for example -header=\"Name: value\"");
  EXPECT_EQ(Read("-header=\"Authorization\": s3cret"),
            "FILE:1: something follows the quotes; put the whole value in them, one flag a line");
  EXPECT_EQ(Read("'-header=X: s3cret' -mps=3"), "FILE:1: something follows the quotes; one flag a line");
  EXPECT_EQ(Read("-header=X: s3cret # mine"),
            "FILE:1: -header: is the end of the line a comment, or part of the value? Put the value in quotes");
  EXPECT_EQ(Read("-jwt-issuer=s3cret -mps=3"),
            "FILE:1: -mps stands on the line of -jwt-issuer; write one flag a line, or put the value in quotes");
  EXPECT_EQ(Read("-compress -mps=3"),
            "FILE:1: -mps stands on the line of -compress; write one flag a line, or put the value in quotes");
  EXPECT_EQ(Read("-header=Authorization: Bearer\n  s3cret-token-of-mine"),
            "FILE:2: does not begin with a flag's name; write one flag a line, for example -clients=10");
  EXPECT_EQ(Read("s3cret=="),
            "FILE:1: does not begin with a flag's name; write one flag a line, for example -clients=10");
  EXPECT_EQ(Read("\u2013clients=3"),
            "FILE:1: a dash or quote that only looks like one, as word processors write it; type - and \" instead");
  EXPECT_EQ(Read("-header=\u201cX: s3cret\u201d"),
            "FILE:1: a dash or quote that only looks like one, as word processors write it; type - and \" instead");
  EXPECT_EQ(Read("-flagfile=" + path_), "FILE:1: -flagfile does not nest; name each file in the command");
  EXPECT_EQ(Read("clientz=5"), "FILE:1: unknown flag -clientz; did you mean -clients? (-help lists them)");
  EXPECT_EQ(Read("-help"), "FILE:1: unknown flag -help (-help lists them)");
  EXPECT_EQ(Read("-clients="), "FILE:1: -clients=: not a whole number; write for example 10");
}

TEST_F(FlagFileTest, OtherEncodingsAreOneLine) {
  EXPECT_EQ(Read(std::string("\xff\xfe-\0c\0", 6)), "-flagfile=FILE: is UTF-16 text; save it as UTF-8");
  EXPECT_EQ(Read(std::string("\xfe\xff\0-\0c", 6)), "-flagfile=FILE: is UTF-16 text; save it as UTF-8");
  EXPECT_EQ(Read(std::string("-\0c\0=\0", 6)),
            "-flagfile=FILE: holds zero bytes, as UTF-16 text does; save it as UTF-8");
}

TEST_F(FlagFileTest, WhatIsGivenTwiceIsANotice) {
  EXPECT_EQ(Read("clients=1\nclients=1\nmps=1\nmps=2\nmps=3", {"-server=a", "-jwt-issuer=a", "-jwt-issuer=b"}), "");
  EXPECT_EQ(mps_, 3);
  EXPECT_THAT(Notices(),
              ElementsAre("-jwt-issuer is given twice: only the last one counts, -jwt-issuer=b, not -jwt-issuer=a",
                          "-mps is given 3 times: only the last one counts, FILE:5, not FILE:3, FILE:4"));
}

TEST_F(FlagFileTest, TheCommandLineGoesBeforeTheFileInSilenceButForLists) {
  EXPECT_EQ(Read("clients=1\nheader=X-A: s3cret\nheader=X-B: 2", {"-clients=5", "-header=X-C: 3"}), "");
  EXPECT_EQ(clients_, 5);
  EXPECT_THAT(headers_, ElementsAre("X-C: 3"));
  EXPECT_THAT(Notices(), ElementsAre("FILE:2: -header of the command line or a flag file stands in its place; give all "
                                     "of them there"));
}

TEST_F(FlagFileTest, NoticesShowNoSecrets) {
  EXPECT_EQ(Read("", {"-server=ws://u:s3cret@a", "-server=ws://h/?token=s3cret"}), "");
  EXPECT_THAT(Notices(), ElementsAre("-server is given twice: only the last one counts; leave the others out"));
  EXPECT_EQ(Read("", {"-flagfile=" + path_}), "-flagfile=FILE: is named twice; leave one out");
}

TEST_F(FlagFileTest, AStrayArgumentIsNotRepeatedWhereItMayBeASecret) {
  ASSERT_EQ(Read("", {"-header=X-Token:", "s3cret"}), "");
  EXPECT_EQ(Text(flags_.CheckNoArguments()),
            "-header: something follows its value; put all of it in quotes, for example -header=TEXT");
}

TEST_F(FlagFileTest, AUrlAloneIsToldItsFlag) {
  ASSERT_EQ(Read("", {"ws://u:s3cret@h/ws"}), "");
  EXPECT_EQ(Text(flags_.CheckNoArguments()),
            "a server stands alone; write -server= before it, for example -server=ws://localhost:9002/ws");
}

TEST_F(FlagFileTest, ATruthAfterASwitchIsToldItsForm) {
  ASSERT_EQ(Read("", {"-compress", "false"}), "");
  EXPECT_EQ(Text(flags_.CheckNoArguments()), "unexpected argument \"false\"; write -compress=false");
}

TEST_F(FlagFileTest, VariablesAreReadAsDockersFilesHaveThem) {
  EXPECT_TRUE(flags_
                  .Parse({}, {{"WSLOAD_SERVER", "\"ws://h/ws\""},
                              {"WSLOAD_CLIENTS", " 7\r"},
                              {"WSLOAD_HEADER", "'X: \"a\"'"},
                              {"WSLOAD_MPS", ""}})
                  .ok());
  EXPECT_EQ(server_, "ws://h/ws");
  EXPECT_EQ(clients_, 7);
  EXPECT_THAT(headers_, ElementsAre("X: \"a\""));
  EXPECT_FALSE(flags_.IsSet("mps"));
}

TEST_F(FlagFileTest, TheVersionEndsTheReadingLikeHelp) {
  EXPECT_EQ(Read("-bananas", {"-clients=3", "--version", "-bananas"}), "");
  EXPECT_TRUE(flags_.version_wanted());
  EXPECT_THAT(flags_.Answer({"intro"}).value_or(""), testing::StartsWith("wsload 0."));
}

}  // namespace
}  // namespace wsload
