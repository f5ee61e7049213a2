// Reads points of a series out of a stream of JSON events; for this room alone.
#pragma once

#include <cstdint>
#include <string>

#include "controller/page/series_table.h"

namespace wsload {

/// A handler for RapidJSON's Reader: of one object, or of many one after the other. What stands deeper than in an
/// object of the point, or in an array, is passed over. False ends the reading: what came is no object.
class PointReader {
 public:
  explicit PointReader(SeriesTable& table) : table_(table) {}

  bool Null() { return depth_ > 0; }
  bool Bool(bool) { return depth_ > 0; }
  bool Int(int value) { return Number(value); }
  bool Uint(unsigned value) { return Number(value); }
  bool Int64(int64_t value) { return Number(static_cast<double>(value)); }
  bool Uint64(uint64_t value) { return Number(static_cast<double>(value)); }
  bool Double(double value) { return Number(value); }
  bool RawNumber(const char*, uint32_t, bool) { return false; }
  bool String(const char* text, uint32_t size, bool) {
    if (IsMember()) table_.Set(path_, std::string_view(text, size));
    return depth_ > 0;
  }
  bool StartObject() {
    if (++depth_ == 1) table_.BeginPoint();
    if (depth_ == 2) group_ = key_ + "/";
    return true;
  }
  bool Key(const char* text, uint32_t size, bool) {
    key_.assign(text, size);
    path_ = depth_ == 2 ? group_ + key_ : key_;
    return true;
  }
  bool EndObject(uint32_t) {
    --depth_;
    return true;
  }
  bool StartArray() {
    ++arrays_;
    return depth_++ > 0;
  }
  bool EndArray(uint32_t) {
    --arrays_;
    --depth_;
    return true;
  }

  /// Between two points.
  bool outside() const { return depth_ == 0; }

 private:
  bool IsMember() const { return arrays_ == 0 && (depth_ == 1 || depth_ == 2); }
  bool Number(double value) {
    if (IsMember()) table_.Set(path_, value);
    return depth_ > 0;
  }

  SeriesTable& table_;
  int depth_ = 0;
  int arrays_ = 0;
  std::string key_;
  std::string group_;
  std::string path_;
};

}  // namespace wsload
