#include "controller/compare/output/compare_json.h"

#include <optional>
#include <vector>

#include "common/time/utc.h"
#include "common/version.h"
#include "controller/output/json_writer.h"
#include "controller/output/statement_json.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

void WriteRuns(JsonWriter& json, const char* side, const std::vector<RunSample>& runs) {
  json.Array(side, Layout::kLines, [&] {
    for (const RunSample& run : runs) {
      json.Object(Layout::kOneLine, [&] {
        json.Member("directory", run.name);
        json.Member("started_at", UtcText(run.started_unix_ns));
      });
    }
  });
}

void WriteValues(JsonWriter& json, const char* name, const std::vector<double>& values) {
  json.Array(name, Layout::kOneLine, [&] {
    for (const double value : values) json.Value(value);
  });
}

void WriteMetric(JsonWriter& json, const MetricComparison& metric) {
  const bool compared = metric.answer != Answer::kNotCompared;
  const auto known = [compared](double value) { return compared ? std::make_optional(value) : std::nullopt; };
  json.Object(Layout::kLines, [&] {
    json.Member("metric", metric.metric->name);
    json.Member("answer", NameOf(metric.answer));
    WriteValues(json, "a", metric.a);
    WriteValues(json, "b", metric.b);
    json.Member("mean_a", known(metric.mean_a));
    json.Member("mean_b", known(metric.mean_b));
    json.Member("ratio", known(metric.ratio));
    json.Member("ratio_low", metric.interval.has_value() ? std::make_optional(metric.interval->low) : std::nullopt);
    json.Member("ratio_high", metric.interval.has_value() ? std::make_optional(metric.interval->high) : std::nullopt);
    json.Member("p", metric.p);
    json.Member("p_holm", metric.p_holm);
    json.Member("p_adjusted", metric.p_adjusted);
    json.Member("min_change", metric.min_change);
    json.Key("remarks");
    WriteStatements(json,
                    metric.remark.has_value() ? std::vector<Statement>{*metric.remark} : std::vector<Statement>());
  });
}

}  // namespace

std::string CompareJson(const Comparison& comparison) {
  std::string out;
  JsonWriter json(out);
  json.Object(Layout::kLines, [&] {
    json.Member("schema", kCompareSchema);
    json.Member("wsload_version", kVersion);
    json.Member("seed", comparison.options.seed);
    json.Member("significance", kSignificance);
    WriteRuns(json, "a", comparison.a);
    WriteRuns(json, "b", comparison.b);
    json.Key("remarks");
    WriteStatements(json, comparison.remarks);
    json.Array("metrics", Layout::kLines, [&] {
      for (const MetricComparison& metric : comparison.metrics) WriteMetric(json, metric);
    });
  });
  return out + "\n";
}

}  // namespace wsload
