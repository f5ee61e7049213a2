#include "agent/load/crowd.h"

#include <algorithm>

#include "agent/load/dial_list.h"
#include "common/util/check.h"
#include "common/util/int128.h"

namespace wsload {
namespace {

int64_t ClientsOf(const Rate& size) { return size.units() / Rate::kUnitsPerSecond; }

/// value * times / parts, rounded down; none is negative.
int64_t PartOf(int64_t value, int64_t times, int64_t parts) {
  return static_cast<int64_t>(static_cast<Int128>(value) * times / parts);
}

}  // namespace

std::vector<Crowd::Line> Crowd::LinesOf(const StageList& stages) {
  std::vector<Line> lines;
  int64_t offset_ns = 0;
  int64_t size = 0;
  for (const Stage& stage : stages.stages()) {
    const int64_t to = ClientsOf(stage.to);
    lines.push_back({offset_ns, stage.jump ? 0 : stage.duration_ns, size, to});
    offset_ns += stage.duration_ns;
    size = to;
  }
  return lines;
}

int64_t Crowd::SizeAt(const StageList& stages, int64_t offset_ns) {
  int64_t size = 0;
  for (const Line& line : LinesOf(stages)) {
    if (offset_ns < line.offset_ns) break;
    const int64_t gone_ns = offset_ns - line.offset_ns;
    if (gone_ns >= line.duration_ns) {
      size = line.to;
    } else if (line.to >= line.from) {
      size = line.from + PartOf(line.to - line.from, gone_ns, line.duration_ns);
    } else {
      size = line.to + PartOf(line.from - line.to, line.duration_ns - gone_ns, line.duration_ns);
    }
  }
  return size;
}

Crowd::Crowd(const StageList& stages, const Progression& clients, int64_t run_clients, int64_t from_ns) {
  places_.reserve(static_cast<size_t>(clients.count));
  for (int64_t k = 0; k < clients.count; ++k) {
    places_.push_back({DialSlot(clients.At(k), run_clients), clients.At(k)});
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.slot < b.slot; });
  const int64_t size = SizeAt(stages, from_ns);
  lines_.push_back({from_ns, 0, 0, size});
  for (const Line& line : LinesOf(stages)) {
    if (line.offset_ns + line.duration_ns <= from_ns) continue;
    lines_.push_back(line);
  }
  end_ = PlacesBelow(size);
  Find();
}

int64_t Crowd::PlacesBelow(int64_t slot) const {
  return std::lower_bound(places_.begin(), places_.end(), slot,
                          [](const Place& place, int64_t wanted) { return place.slot < wanted; }) -
         places_.begin();
}

int64_t Crowd::ChangeNs(const Line& line, int64_t slot) {
  if (line.duration_ns == 0) return line.offset_ns;
  if (line.to > line.from) {
    // The first instant at which the size is slot + 1.
    const int64_t times = slot + 1 - line.from;
    const int64_t parts = line.to - line.from;
    return line.offset_ns + PartOf(times, line.duration_ns, parts) +
           (static_cast<Int128>(times) * line.duration_ns % parts != 0 ? 1 : 0);
  }
  // The first instant at which it is less.
  return line.offset_ns + PartOf(line.from - slot - 1, line.duration_ns, line.from - line.to) + 1;
}

void Crowd::Find() {
  while (at_ == end_) {
    if (++line_ >= lines_.size()) {
      next_ns_ = kNever;
      return;
    }
    // at_ places are there, whatever the lines before have made of them.
    end_ = PlacesBelow(lines_[line_].to);
  }
  const Line& line = lines_[line_];
  const int64_t place = at_ < end_ ? at_ : at_ - 1;
  next_ns_ = ChangeNs(line, places_[static_cast<size_t>(place)].slot);
}

Crowd::Change Crowd::Take() {
  WSLOAD_DCHECK(next_ns_ != kNever, "nobody comes or goes any more");
  const bool comes = at_ < end_;
  if (!comes) --at_;
  const Change change{places_[static_cast<size_t>(at_)].client, comes, comes && at_ >= came_};
  if (comes) came_ = std::max(came_, ++at_);
  Find();
  return change;
}

}  // namespace wsload
