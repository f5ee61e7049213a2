#include "controller/output/output_options.h"

namespace wsload {
namespace {

constexpr Field<OutputOptions> kOutputFields[] = {
    {MemberOf<&OutputOptions::out_dir>(),
     {.name = "out_dir",
      .flag = "out",
      .help = {"directory for result.json, junit.xml and more; or none",
               "写入 result.json、junit.xml 等文件的目录；none 表示不写"},
      .in_short_help = true,
      .example = "DIR"}},
    {MemberOf<&OutputOptions::json>(),
     {.name = "json",
      .flag = "json",
      .help = {"result.json on stdout, people's text on stderr",
               "result.json 写到标准输出，给人看的文字写到标准错误"}}},
    {MemberOf<&OutputOptions::quiet>(),
     {.name = "quiet", .flag = "quiet", .help = {"one line at the end", "只在结束时输出一行结论"}}},
    {MemberOf<&OutputOptions::stats_interval_ns>(),
     {.name = "stats_interval_ns",
      .flag = "stats-interval",
      .help = {"between two statistics", "两次统计输出的间隔"},
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
