#include "controller/output/output_options.h"

namespace wsload {
namespace {

constexpr Field<OutputOptions> kOutputFields[] = {
    {MemberOf<&OutputOptions::out_dir>(),
     {.name = "out_dir",
      .flag = "out",
      .help = {"directory for result.json, timeseries.csv; or none",
               "写入 result.json 和 timeseries.csv 的目录；none 表示不写"},
      .in_short_help = true,
      .example = "DIR"}},
    {MemberOf<&OutputOptions::json>(),
     {.name = "json",
      .flag = "json",
      .help = {"result.json on stdout, people's text on stderr",
               "result.json 写到标准输出，给人看的文字写到标准错误"}}},
    {MemberOf<&OutputOptions::quiet>(),
     {.name = "quiet", .flag = "quiet", .help = {"only the verdict at the end", "只在结束时输出结论"}}},
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
};

}  // namespace

Fields<OutputOptions> OutputFields() { return kOutputFields; }

}  // namespace wsload
