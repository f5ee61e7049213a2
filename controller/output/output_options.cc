#include "controller/output/output_options.h"

namespace wsload {
namespace {

// What -dashboard alone stands for.
constexpr char kDashboardAddress[] = "127.0.0.1:8089";

constexpr Field<OutputOptions> kOutputFields[] = {
    {MemberOf<&OutputOptions::out_dir>(),
     {.name = "out_dir",
      .flag = "out",
      .help = {"directory for result.json, report.html, ...; or none",
               "写入 result.json、report.html 等文件的目录；none 表示不写"},
      .in_short_help = true,
      .example = "DIR"}},
    {MemberOf<&OutputOptions::title>(),
     {.name = "title",
      .flag = "title",
      .help = {"heading of the report, in result.json too", "报告的标题，也写入 result.json"},
      .example = "\"nightly, build 512\""}},
    {MemberOf<&OutputOptions::tags>(),
     {.name = "tags",
      .flag = "tag",
      .is_list = true,
      .help = {"name=value,... to find the result by; may be repeated", "name=value,...，便于查找结果；可重复"},
      .example = "build=512"}},
    {MemberOf<&OutputOptions::dashboard>(),
     {.name = "dashboard",
      .flag = "dashboard",
      .if_true = kDashboardAddress,
      .if_false = "",
      .help = {"host:port of a live page of the run; -dashboard alone: 127.0.0.1:8089",
               "实时页面的 host:port；单写 -dashboard 为 127.0.0.1:8089"},
      .example = "127.0.0.1:0"}},
    {MemberOf<&OutputOptions::linger_ns>(),
     {.name = "linger_ns",
      .flag = "linger",
      .help = {"how long -dashboard stays after the run; 0: not at all",
               "运行结束后 -dashboard 保留多久；0 表示不保留"},
      .unit = Unit::kNanoseconds,
      .least = kNsPerSecond,
      .most = 24 * 3600 * kNsPerSecond,
      .or_zero = true,
      .example = "10m"}},
    {MemberOf<&OutputOptions::json>(),
     {.name = "json",
      .flag = "json",
      .help = {"result.json on stdout, people's text on stderr",
               "result.json 写到标准输出，给人看的文字写到标准错误"}}},
    {MemberOf<&OutputOptions::quiet>(),
     {.name = "quiet", .flag = "quiet", .help = {"one line at the end", "只在结束时输出一行结论"}}},
    {MemberOf<&OutputOptions::screen>(),
     {.name = "screen",
      .flag = "screen",
      .help = {"while it runs: auto (a screen on a terminal), plain (lines), or off",
               "运行期间：auto（终端上全屏显示）、plain（逐行输出）或 off"},
      .example = "plain"}},
    {MemberOf<&OutputOptions::stats_interval_ns>(),
     {.name = "stats_interval_ns",
      .flag = "stats-interval",
      .help = {"between two lines of statistics", "两行统计输出的间隔"},
      .unit = Unit::kNanoseconds,
      .least = kNsPerSecond,
      .most = 3600 * kNsPerSecond,
      .example = "5s"}},
    {MemberOf<&OutputOptions::language>(), kLanguageInfo},
    {MemberOf<&OutputOptions::ci>(),
     {.name = "ci",
      .flag = "ci",
      .help = {"github: annotations and step summary; auto: under its runner; none: never",
               "github：输出注解与步骤摘要；auto：仅在其运行器下；none：从不"},
      .example = "github"}},
};

}  // namespace

Fields<OutputOptions> OutputFields() { return kOutputFields; }

}  // namespace wsload
