// Who shows or keeps a run while it goes on: console, files, pages.
#pragma once

#include <memory>

#include "common/lang/statement.h"
#include "controller/feed/interval_snapshot.h"
#include "controller/result/run_result.h"

namespace wsload {

/// Calls come one at a time, on a thread of the output's own (a Feed's), and may block for as long as they like: the
/// run does not wait for them. Nothing that an output touches may end before it, as a thread that does not come back is
/// left to itself.
class RunOutput {
 public:
  virtual ~RunOutput() = default;

  /// The run begins to dial. Not of a run that fails before it.
  virtual void OnBegin() {}
  virtual void OnInterval(const SharedSnapshot& interval) = 0;
  /// Something the user should know now; also before OnBegin().
  virtual void OnNotice(const Statement& /*notice*/) {}
  /// The last call.
  virtual void OnEnd(const RunResult& result) = 0;
};

}  // namespace wsload
