// What the commands beside `run` say of a wrong command line, on a Chinese console.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "common/util/environment.h"
#include "controller/commands/certs_command.h"
#include "controller/commands/compare_command.h"
#include "controller/commands/doctor_command.h"
#include "controller/commands/report_command.h"
#include "controller/commands/selftest_command.h"
#include "tests/support/wrong_flags.h"

namespace wsload {
namespace {

constexpr int kBadFlags = 104;

struct CommandCase {
  const char* name;
  int (*run)(const CommandLine& args, const Environment& environment);
  CommandLine wrong;  ///< arguments that are refused once all flags are good
};

class ChineseCommands : public testing::TestWithParam<CommandCase> {
 protected:
  /// Expects that the command is refused with one Chinese line.
  static void ExpectRefused(CommandLine line) {
    const std::string shown = line.empty() ? "" : line.front().substr(0, 100);
    for (const std::string& wrong : GetParam().wrong) line.push_back(wrong);
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int code = GetParam().run(line, {{"LANG", "zh_CN.UTF-8"}});
    testing::internal::GetCapturedStdout();
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, kBadFlags) << shown;
    std::istringstream lines(said);
    for (std::string one; std::getline(lines, one);) EXPECT_TRUE(IsChinese(one)) << shown;
    EXPECT_FALSE(said.empty()) << shown;
  }

  static std::vector<std::string> Flags() {
    testing::internal::CaptureStdout();
    GetParam().run({"-helpfull"}, {});
    std::istringstream help(testing::internal::GetCapturedStdout());
    std::vector<std::string> flags;
    for (std::string line; std::getline(help, line);) {
      if (line.starts_with("  -")) flags.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    return flags;
  }
};

TEST_P(ChineseCommands, RefuseInChinese) {
  ExpectRefused({});
  ExpectRefused({"-bananas"});
  ExpectRefused({"-flagfile=/nonexistent"});
  const std::vector<std::string> flags = Flags();
  EXPECT_FALSE(flags.empty());
  for (const std::string& flag : flags) {
    ExpectRefused({flag + "x"});
    // A language that there is none of is English.
    if (flag == "-lang") continue;
    for (const std::string& wrong : kWrongValues) ExpectRefused({flag + "=" + wrong});
  }
}

INSTANTIATE_TEST_SUITE_P(All, ChineseCommands,
                         testing::Values(CommandCase{"certs", CertsCommand, {"one", "two"}},
                                         CommandCase{"compare", CompareCommand, {"one"}},
                                         CommandCase{"doctor", DoctorCommand, {"left-over"}},
                                         CommandCase{"report", ReportCommand, {"one", "two"}},
                                         CommandCase{"selftest", SelftestCommand, {"left-over"}}),
                         [](const auto& tested) { return tested.param.name; });

TEST(ChineseCommand, SaysWhatIsWrongWithADirectory) {
  const auto said = [](const CommandLine& line, auto command) {
    testing::internal::CaptureStderr();
    EXPECT_NE(command(line, Environment{{"LANG", "zh_CN.UTF-8"}}), 0);
    return testing::internal::GetCapturedStderr();
  };
  for (const char* directory : {"/nonexistent", "/dev/null", "/proc"}) {
    EXPECT_TRUE(IsChinese(said({directory}, ReportCommand)));
    EXPECT_TRUE(IsChinese(said({directory, directory}, CompareCommand)));
    EXPECT_TRUE(IsChinese(said({std::string(directory) + "/x"}, CertsCommand)));
  }
}

}  // namespace
}  // namespace wsload
