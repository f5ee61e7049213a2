#include "controller/output/threshold_json.h"

namespace wsload {

void WriteThresholds(JsonWriter& json, std::span<const ThresholdResult> thresholds) {
  json.Array("thresholds", JsonWriter::Layout::kLines, [&] {
    for (const ThresholdResult& judged : thresholds) {
      json.Object(JsonWriter::Layout::kOneLine, [&] {
        json.Member("expression", judged.threshold.expression);
        json.Member("metric", judged.threshold.metric);
        json.Member("comparison", NameOf(judged.threshold.comparison));
        json.Member("unit", NameOf(judged.threshold.unit));
        json.Member("bound", judged.threshold.bound);
        json.Member("value", judged.value);
        json.Member("passed", judged.passed);
        json.Member("first_broken_s", judged.first_broken_s);
        json.Member("aborted_run", judged.aborted_run);
      });
    }
  });
}

}  // namespace wsload
