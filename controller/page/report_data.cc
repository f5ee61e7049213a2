#include "controller/page/report_data.h"

#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "common/util/local_error.h"
#include "controller/page/point_reader.h"
#include "controller/page/series_table.h"

namespace wsload {
namespace {

constexpr std::string_view kSchema = "wsload.result/2";

using Size = rapidjson::SizeType;
using ResultWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// Hands a result's events on to a writer, but for what a report does without.
class Condenser {
 public:
  explicit Condenser(ResultWriter& json) : json_(json), points_(series_) {}

  bool is_result() const { return is_result_; }

  bool Null() {
    return Scalar([&](auto& to) { return to.Null(); });
  }
  bool Bool(bool value) {
    return Scalar([&](auto& to) { return to.Bool(value); });
  }
  bool Int(int value) {
    return Scalar([&](auto& to) { return to.Int(value); });
  }
  bool Uint(unsigned value) {
    return Scalar([&](auto& to) { return to.Uint(value); });
  }
  bool Int64(int64_t value) {
    return Scalar([&](auto& to) { return to.Int64(value); });
  }
  bool Uint64(uint64_t value) {
    return Scalar([&](auto& to) { return to.Uint64(value); });
  }
  bool Double(double value) {
    return Scalar([&](auto& to) { return to.Double(value); });
  }
  bool RawNumber(const char*, Size, bool) { return false; }
  bool String(const char* text, Size size, bool copy) {
    if (keys_.size() == 1 && keys_.front() == "schema") is_result_ = std::string_view(text, size) == kSchema;
    return Scalar([&](auto& to) { return to.String(text, size, copy); });
  }

  bool Key(const char* text, Size size, bool copy) {
    if (dropped_ > 0) return true;
    if (in_series_) return points_.Key(text, size, copy);
    keys_.back().assign(text, size);
    drop_next_ = keys_.size() > 1 && keys_.front() == "agents" && keys_.back() == "histogram";
    return drop_next_ || json_.Key(text, size, copy);
  }

  bool StartObject() {
    return Open([](auto& to) { return to.StartObject(); });
  }
  bool StartArray() {
    if (dropped_ == 0 && !in_series_ && keys_.size() == 1 && keys_.front() == "series") return in_series_ = true;
    return Open([](auto& to) { return to.StartArray(); });
  }
  bool EndObject(Size members) {
    return Close([&](auto& to) { return to.EndObject(members); });
  }
  bool EndArray(Size elements) {
    if (in_series_ && points_.outside()) {
      in_series_ = false;
      series_.Thin(kMostReportPoints);
      std::string text;
      series_.Write(text);
      return json_.RawValue(text.data(), text.size(), rapidjson::kArrayType);
    }
    return Close([&](auto& to) { return to.EndArray(elements); });
  }

 private:
  template <typename Write>
  bool Scalar(Write&& write) {
    if (dropped_ > 0 || std::exchange(drop_next_, false)) return true;
    if (in_series_) return write(points_);
    // A result is an object.
    return !keys_.empty() && write(json_);
  }
  template <typename Write>
  bool Open(Write&& write) {
    if (dropped_ > 0 || std::exchange(drop_next_, false)) {
      ++dropped_;
      return true;
    }
    if (in_series_) return write(points_);
    keys_.emplace_back();
    return write(json_);
  }
  template <typename Write>
  bool Close(Write&& write) {
    if (dropped_ > 0) {
      --dropped_;
      return true;
    }
    if (in_series_) return write(points_);
    keys_.pop_back();
    return write(json_);
  }

  ResultWriter& json_;
  bool is_result_ = false;
  std::vector<std::string> keys_;  ///< of what is open: the key that was read last, empty for arrays
  bool drop_next_ = false;
  int dropped_ = 0;  ///< open objects and arrays inside what is left out
  bool in_series_ = false;
  SeriesTable series_;
  PointReader points_;
};

}  // namespace

absl::StatusOr<std::string> ReportData(std::string_view result_json) {
  rapidjson::MemoryStream memory(result_json.data(), result_json.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(memory);
  rapidjson::StringBuffer buffer;
  ResultWriter json(buffer);
  Condenser condenser(json);
  rapidjson::Reader parser;
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
  const rapidjson::ParseResult parsed = parser.Parse<kFlags>(stream, condenser);
  if (!parsed && parsed.Code() != rapidjson::kParseErrorTermination) {
    return LocalInvalidArgument({"is no JSON (byte {}: {})", "不是 JSON（第 {} 字节处有误）"}, parsed.Offset(),
                                rapidjson::GetParseError_En(parsed.Code()));
  }
  if (!parsed || !condenser.is_result())
    return LocalInvalidArgument({"is no result of wsload: want schema {}", "不是 wsload 的结果：schema 应为 {}"},
                                kSchema);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace wsload
