#include "controller/output/outages.h"

#include <fmt/format.h>

#include "common/time/duration.h"
#include "controller/output/figures.h"
#include "controller/output/messages.h"
#include "controller/output/text_table.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

void WriteCauses(JsonWriter& json, std::string_view name, const CauseCounts& causes) {
  json.Object(name, Layout::kOneLine, [&] {
    for (const auto& [cause, count] : causes) json.Member(cause, count);
  });
}

std::string UsText(const std::optional<int64_t>& us) { return us.has_value() ? MsText(*us) : "-"; }

}  // namespace

void WriteOutages(JsonWriter& json, const std::vector<Outage>& outages) {
  json.Array("outages", Layout::kLines, [&] {
    for (const Outage& outage : outages) {
      json.Object(Layout::kLines, [&] {
        json.Member("from_ns", outage.from_ns);
        json.Member("to_ns", outage.to_ns);
        json.Member("lost", outage.lost);
        WriteCauses(json, "losses", outage.losses);
        json.Member("redialled", outage.redialled);
        WriteCauses(json, "failures", outage.failures);
        json.Member("reconnected", outage.reconnected);
        json.Object("back_us", Layout::kOneLine, [&] {
          json.Member("p50", outage.back_us_p50);
          json.Member("p90", outage.back_us_p90);
          json.Member("p99", outage.back_us_p99);
          json.Member("p100", outage.back_us_p100);
        });
        json.Member("scheduled", outage.scheduled);
        json.Member("failed", outage.failed);
        json.Member("unsent", outage.unsent);
        json.Object("response_us_p99", Layout::kOneLine, [&] {
          json.Member("before", outage.response_us_p99_before);
          json.Member("during", outage.response_us_p99_during);
          json.Member("after", outage.response_us_p99_after);
        });
      });
    }
  });
}

std::string OutageLines(Language language, const std::vector<Outage>& outages) {
  if (outages.empty()) return {};
  TextTable table;
  table.AddRow({Say(language, Msg::kOutage), Say(language, Msg::kLost), Say(language, Msg::kRedialled),
                Say(language, Msg::kBack), "50 %", "90 %", "99 %", "100 %", Say(language, Msg::kFailed),
                Say(language, Msg::kUnsent), Say(language, Msg::kP99Before), Say(language, Msg::kP99During),
                Say(language, Msg::kP99After)});
  for (const Outage& outage : outages) {
    const std::string to = outage.to_ns.has_value() ? FormatDuration(*outage.to_ns) : "";
    table.AddRow({fmt::format("{} - {}", FormatDuration(outage.from_ns), to), fmt::to_string(outage.lost),
                  fmt::to_string(outage.redialled), fmt::to_string(outage.reconnected), UsText(outage.back_us_p50),
                  UsText(outage.back_us_p90), UsText(outage.back_us_p99), UsText(outage.back_us_p100),
                  fmt::to_string(outage.failed), fmt::to_string(outage.unsent), UsText(outage.response_us_p99_before),
                  UsText(outage.response_us_p99_during), UsText(outage.response_us_p99_after)});
  }
  constexpr int kMargin = 2;
  return "\n" + table.Render(kMargin);
}

}  // namespace wsload
