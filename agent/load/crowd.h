// How many of the clients are connected over time (-clients-stages): who comes and who goes, when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "common/plan/slice.h"
#include "common/schedule/stage_list.h"

namespace wsload {

/// The crowd's size goes along lines, stage by stage. The client with slot s (DialSlot()) is there while it is more
/// than s: it comes when it has grown to s + 1 and goes when it has shrunk below that. So all agents' clients together
/// are the crowd, whatever each has of them. One thread; offsets are from the common start.
class Crowd {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  struct Change {
    int64_t client = 0;
    bool comes = false;
    bool first = false;  ///< it comes, and was not there before
  };

  /// The stages' rates are numbers of clients, at most `run_clients`. `from_ns`: changes before it are left out, and
  /// whoever is there then comes then.
  Crowd(const StageList& stages, const Progression& clients, int64_t run_clients, int64_t from_ns = 0);

  /// When the next change is due; kNever.
  int64_t NextNs() const { return next_ns_; }
  /// Not where there is none.
  Change Take();

  /// The crowd's size at that time.
  static int64_t SizeAt(const StageList& stages, int64_t offset_ns);

 private:
  struct Place {
    int64_t slot = 0;
    int64_t client = 0;
  };
  /// A line along which the size goes; of no duration: a jump.
  struct Line {
    int64_t offset_ns = 0;
    int64_t duration_ns = 0;
    int64_t from = 0;
    int64_t to = 0;
  };

  static std::vector<Line> LinesOf(const StageList& stages);
  /// On to the next change, through the lines.
  void Find();
  /// When the place changes on the line.
  static int64_t ChangeNs(const Line& line, int64_t slot);
  /// How many of the places have slots below `slot`.
  int64_t PlacesBelow(int64_t slot) const;

  std::vector<Line> lines_;
  std::vector<Place> places_;  ///< by slot
  size_t line_ = 0;
  // Places that are still to change on the line: at_ up to end_, or, where it falls, at_ - 1 down to end_.
  int64_t at_ = 0;
  int64_t end_ = 0;
  int64_t came_ = 0;  ///< places that were there at some time
  int64_t next_ns_ = kNever;
};

}  // namespace wsload
