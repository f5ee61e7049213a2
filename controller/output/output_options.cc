#include "controller/output/output_options.h"

namespace wsload {
namespace {

constexpr Field<OutputOptions> kOutputFields[] = {
    {MemberOf<&OutputOptions::out_dir>(),
     {.name = "out_dir",
      .flag = "out",
      .help = {"directory for result.json, report.html and timeseries.csv; or none",
               "写入 result.json、report.html 和 timeseries.csv 的目录；none 表示不写"},
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
    {MemberOf<&OutputOptions::json>(),
     {.name = "json",
      .flag = "json",
      .help = {"result.json on stdout, people's text on stderr",
               "result.json 写到标准输出，给人看的文字写到标准错误"}}},
    {MemberOf<&OutputOptions::quiet>(),
     {.name = "quiet", .flag = "quiet", .help = {"only the verdict at the end", "只在结束时输出结论"}}},
    {MemberOf<&OutputOptions::stats_interval_ns>(),
     {.name = "stats_interval_ns",
      .flag = "stats-interval",
      .help = {"between two statistics", "两次统计输出的间隔"},
      .unit = Unit::kNanoseconds,
      .least = kNsPerSecond,
      .most = 3600 * kNsPerSecond,
      .example = "5s"}},
    {MemberOf<&OutputOptions::language>(), kLanguageInfo},
};

}  // namespace

Fields<OutputOptions> OutputFields() { return kOutputFields; }

}  // namespace wsload
