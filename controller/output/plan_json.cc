#include "controller/output/plan_json.h"

#include <string>
#include <variant>

#include "common/net/header_list.h"
#include "common/plan/plan_fields.h"
#include "common/util/redact.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

void WriteHeaders(JsonWriter& json, const HeaderList& headers) {
  json.Array(Layout::kOneLine, [&] {
    // Nobody can tell by its name which of them is a secret.
    for (const auto& [name, value] : headers) {
      json.Object(Layout::kOneLine, [&] {
        json.Member("name", name);
        json.Member("value", std::string_view(kRedacted));
      });
    }
  });
}

void WriteValue(JsonWriter& json, const FieldValue& value, Exposure exposure) {
  if (exposure == Exposure::kWhetherSet) return json.Value(!std::get<std::string>(value).empty());
  if (exposure == Exposure::kUrl) {
    return json.Value(RedactUrl(std::get<std::string>(value)));
  }
  if (const HeaderList* headers = std::get_if<HeaderList>(&value)) return WriteHeaders(json, *headers);
  if (const bool* truth = std::get_if<bool>(&value)) return json.Value(*truth);
  if (const int64_t* whole = std::get_if<int64_t>(&value)) return json.Value(*whole);
  if (const double* number = std::get_if<double>(&value)) return json.Value(*number);
  json.Value(std::get<std::string>(value));
}

}  // namespace

void WritePlan(JsonWriter& json, const RunPlan& plan) {
  json.Object(Layout::kLines, [&] {
    for (const Field<RunPlan>& field : PlanFields()) {
      if (field.info.exposure == Exposure::kSecret) continue;
      json.Key(ResultName(field.info));
      WriteValue(json, field.member.get(plan), field.info.exposure);
    }
  });
}

}  // namespace wsload
