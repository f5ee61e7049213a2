#include "common/stats/worker_load.h"

#include <algorithm>

#include "common/stats/figure_list.h"
#include "common/util/saturating.h"

namespace wsload {

void WorkerLoad::Merge(const WorkerLoad& other) {
  for (const WorkerFigureInfo& figure : kWorkerFigures) {
    int64_t& into = this->*figure.field;
    const int64_t from = other.*figure.field;
    into = figure.merge_by == WorkerFigureInfo::MergeBy::kSum ? SaturatingAdd(into, from) : std::max(into, from);
  }
}

}  // namespace wsload
