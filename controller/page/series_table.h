// Points of a series as numbers in columns, for those who know them as JSON alone; made fewer where they are too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace wsload {

/// A point is an object of numbers, texts, nulls and objects of these. One thread.
class SeriesTable {
 public:
  SeriesTable();
  ~SeriesTable();
  SeriesTable(SeriesTable&&) noexcept;
  SeriesTable& operator=(SeriesTable&&) noexcept;

  /// A point as WriteSeriesPoint() has it. kInvalidArgument: it is no such object.
  absl::Status Add(std::string_view point_json);

  // The same by its members; `path` has a '/' where a member stands in an object ("failures/timeout").
  void BeginPoint();
  void Set(std::string_view path, double number);
  void Set(std::string_view path, std::string_view text);

  size_t size() const { return points_.size(); }

  /// Makes runs of neighbours of one phase one point until some `most` are left: what was counted is added up, of
  /// latencies and peaks the highest stays, of what stood at an interval's end the last.
  void Thin(size_t most);

  /// Appends one array with an object for each point.
  void Write(std::string& out) const;

 private:
  enum class Merge { kSum, kMax, kMin, kFirst, kLast };
  struct Column {
    std::string path;
    Merge merge;
  };
  /// Of a column: a number, the place of a text in texts_, or nothing.
  struct Cell {
    enum class Kind : uint8_t { kNone, kNumber, kText } kind = Kind::kNone;
    double number = 0;
  };
  using Point = std::vector<Cell>;

  static Merge MergeOf(std::string_view path);
  Cell& CellOf(std::string_view path);
  bool SamePhase(const Point& a, const Point& b) const;
  void MergeInto(Point& to, const Point& from) const;
  /// Columns with members of one object side by side, whenever they were first seen.
  std::vector<size_t> WrittenOrder() const;

  std::vector<Column> columns_;
  size_t next_column_ = 0;  ///< members come in one order, mostly
  size_t phase_column_ = 0;
  std::vector<std::string> texts_;
  std::vector<Point> points_;
};

}  // namespace wsload
