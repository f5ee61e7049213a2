#include "controller/page/series_table.h"

#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "common/util/local_error.h"
#include "controller/page/point_reader.h"

namespace wsload {
namespace {

constexpr std::string_view kPhase = "phase";

/// The object that a member stands in, with the '/' behind it.
std::string_view GroupOf(std::string_view path) {
  const size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
}

using TextWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteNumber(TextWriter& json, double number) {
  // Whole numbers of a double are exact up to here.
  constexpr double kMostWhole = 9007199254740992.0;
  if (std::abs(number) < kMostWhole && std::trunc(number) == number) {
    json.Int64(static_cast<int64_t>(number));
  } else {
    json.Double(number);
  }
}

}  // namespace

SeriesTable::SeriesTable() : columns_{{std::string(kPhase), Merge::kFirst}} {}
SeriesTable::~SeriesTable() = default;
SeriesTable::SeriesTable(SeriesTable&&) noexcept = default;
SeriesTable& SeriesTable::operator=(SeriesTable&&) noexcept = default;

absl::Status SeriesTable::Add(std::string_view point_json) {
  rapidjson::MemoryStream stream(point_json.data(), point_json.size());
  PointReader reader(*this);
  rapidjson::Reader parser;
  if (!parser.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(stream, reader)) {
    return LocalInvalidArgument({"is no point of a series", "不是时间序列中的点"});
  }
  return absl::OkStatus();
}

void SeriesTable::BeginPoint() {
  points_.emplace_back(columns_.size());
  next_column_ = 0;
}

void SeriesTable::Set(std::string_view path, double number) {
  Cell& cell = CellOf(path);
  cell.kind = Cell::Kind::kNumber;
  cell.number = number;
}

void SeriesTable::Set(std::string_view path, std::string_view text) {
  auto known = std::find(texts_.begin(), texts_.end(), text);
  if (known == texts_.end()) known = texts_.emplace(texts_.end(), text);
  Cell& cell = CellOf(path);
  cell.kind = Cell::Kind::kText;
  cell.number = static_cast<double>(known - texts_.begin());
}

SeriesTable::Cell& SeriesTable::CellOf(std::string_view path) {
  size_t at = next_column_;
  if (at >= columns_.size() || columns_[at].path != path) {
    const auto known =
        std::find_if(columns_.begin(), columns_.end(), [&](const Column& column) { return column.path == path; });
    at = static_cast<size_t>(known - columns_.begin());
    if (known == columns_.end()) columns_.push_back({std::string(path), MergeOf(path)});
  }
  next_column_ = at + 1;
  Point& point = points_.back();
  if (point.size() < columns_.size()) point.resize(columns_.size());
  return point[at];
}

SeriesTable::Merge SeriesTable::MergeOf(std::string_view path) {
  if (path == "interval") return Merge::kFirst;
  if (path == "elapsed_s" || path == "active_connections") return Merge::kLast;
  if (path == "agents_reporting") return Merge::kMin;
  const bool is_peak = path.ends_with("_max") || path.find("_us/") != std::string_view::npos;
  return is_peak ? Merge::kMax : Merge::kSum;
}

bool SeriesTable::SamePhase(const Point& a, const Point& b) const {
  return a[phase_column_].number == b[phase_column_].number;
}

void SeriesTable::MergeInto(Point& to, const Point& from) const {
  to.resize(columns_.size());
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i].kind == Cell::Kind::kNone) continue;
    if (to[i].kind == Cell::Kind::kNone) {
      to[i] = from[i];
      continue;
    }
    if (from[i].kind == Cell::Kind::kText) continue;
    double& number = to[i].number;
    switch (columns_[i].merge) {
      case Merge::kSum:
        number += from[i].number;
        break;
      case Merge::kMax:
        number = std::max(number, from[i].number);
        break;
      case Merge::kMin:
        number = std::min(number, from[i].number);
        break;
      case Merge::kFirst:
        break;
      case Merge::kLast:
        number = from[i].number;
        break;
    }
  }
}

void SeriesTable::Thin(size_t most) {
  if (points_.size() <= most || most == 0) return;
  const size_t together = (points_.size() + most - 1) / most;
  std::vector<Point> fewer;
  size_t in_last = 0;
  for (Point& point : points_) {
    if (in_last > 0 && in_last < together && SamePhase(fewer.back(), point)) {
      MergeInto(fewer.back(), point);
      ++in_last;
    } else {
      fewer.push_back(std::move(point));
      in_last = 1;
    }
  }
  points_ = std::move(fewer);
}

std::vector<size_t> SeriesTable::WrittenOrder() const {
  std::vector<size_t> order;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string_view group = GroupOf(columns_[i].path);
    const auto same = std::find_if(order.rbegin(), order.rend(),
                                   [&](size_t other) { return GroupOf(columns_[other].path) == group; });
    order.insert(group.empty() || same == order.rend() ? order.end() : same.base(), i);
  }
  return order;
}

void SeriesTable::Write(std::string& out) const {
  rapidjson::StringBuffer buffer;
  TextWriter json(buffer);
  const std::vector<size_t> order = WrittenOrder();
  json.StartArray();
  for (const Point& point : points_) {
    json.StartObject();
    std::string_view group;
    for (const size_t i : order) {
      if (i >= point.size() || point[i].kind == Cell::Kind::kNone) continue;
      const std::string& path = columns_[i].path;
      if (GroupOf(path) != group) {
        if (!group.empty()) json.EndObject();
        group = GroupOf(path);
        if (!group.empty()) {
          json.Key(group.data(), static_cast<rapidjson::SizeType>(group.size() - 1));
          json.StartObject();
        }
      }
      json.Key(path.c_str() + group.size(), static_cast<rapidjson::SizeType>(path.size() - group.size()));
      if (point[i].kind == Cell::Kind::kNumber) {
        WriteNumber(json, point[i].number);
      } else {
        const std::string& text = texts_[static_cast<size_t>(point[i].number)];
        json.String(text.c_str(), static_cast<rapidjson::SizeType>(text.size()));
      }
    }
    if (!group.empty()) json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  out.append(buffer.GetString(), buffer.GetSize());
}

}  // namespace wsload
