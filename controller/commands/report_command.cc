#include "controller/commands/report_command.h"

#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/util/language.h"
#include "common/util/local_error.h"
#include "common/util/text.h"
#include "controller/commands/command.h"
#include "controller/output/messages.h"
#include "controller/output/output_dir.h"
#include "controller/output/output_options.h"

namespace wsload {
namespace {

constexpr char kEnvironmentPrefix[] = "WSLOAD_REPORT";

constexpr LocalText kReportIntro = {
    "wsload report DIR [flags]: makes DIR/report.html of the result.json in DIR, as each run does at its end.\n"
    "The report is one file that loads nothing; it has both languages inside.",
    "wsload report DIR [参数]：由 DIR 中的 result.json 生成 DIR/report.html，与每次运行结束时相同。\n"
    "报告是单个文件，不加载任何外部内容，内含两种语言。"};

struct ReportOptions {
  Language language = Language::kEnglish;
};

constexpr Field<ReportOptions> kReportFields[] = {{MemberOf<&ReportOptions::language>(), kLanguageInfo}};

absl::StatusOr<std::string> DirectoryOf(const std::vector<std::string>& arguments) {
  if (arguments.empty())
    return LocalInvalidArgument(
        {"report: name the directory of a run; wsload report DIR", "report：请给出一次运行的目录；wsload report DIR"});
  if (arguments.size() > 1) {
    return LocalInvalidArgument({"report: unexpected argument \"{}\"; one directory at a time",
                                 "report：多余的参数 \"{}\"；一次只处理一个目录"},
                                Shown(arguments[1]));
  }
  return arguments.front();
}

ExitCode MakeReport(const std::vector<std::string>& args, const Environment& environment) {
  ReportOptions options;
  options.language = WantedLanguage(args, environment, kEnvironmentPrefix);
  FlagSet flags("wsload", kEnvironmentPrefix);
  BindFields(flags, Fields<ReportOptions>(kReportFields), options);
  if (const absl::Status parsed = flags.Parse(args, environment); !parsed.ok()) {
    return FailWith(parsed, options.language);
  }
  if (const std::optional<std::string> answer = flags.Answer(kReportIntro, /*always_full=*/true)) {
    Print(stdout, *answer);
    return ExitCode::kPassed;
  }
  PrintNotices(TextsIn(options.language, flags.notices()));
  const absl::StatusOr<std::string> dir = DirectoryOf(flags.positional());
  if (!dir.ok()) return FailWith(dir.status(), options.language);
  const absl::StatusOr<std::string> written = WriteReport(*dir, options.language);
  if (!written.ok()) return FailWith(written.status(), options.language);
  Print(stdout, Say(options.language, Msg::kReportWritten, *written) + "\n");
  return ExitCode::kPassed;
}

}  // namespace

int ReportCommand(const std::vector<std::string>& args, const Environment& environment) {
  return static_cast<int>(MakeReport(args, environment));
}

}  // namespace wsload
