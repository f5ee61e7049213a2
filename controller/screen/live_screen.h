// The run as a person at a terminal watches it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>

#include "common/time/clock.h"
#include "common/util/language.h"
#include "controller/feed/run_output.h"
#include "controller/screen/screen_model.h"

namespace wsload {

struct LiveScreenOptions {
  FILE* stream = nullptr;  ///< where the terminal is
  Language language = Language::kEnglish;
  bool colour = true;
};

/// From the run's beginning to its end on the terminal's other screen, drawn by a thread of its own: a terminal that
/// does not read delays no call but the last, and one that cannot be drawn on leaves the run to lines. Keys ask for the
/// run's end, and for other pages.
class LiveScreen final : public RunOutput {
 public:
  /// `plain`: says what comes before and after the screen, and all of it where there can be none. `stop`: any thread,
  /// returns at once. `clock` outlives everything.
  LiveScreen(LiveScreenOptions options, RunFacts facts, std::shared_ptr<RunOutput> plain, std::function<void()> stop,
             const Clock& clock);
  ~LiveScreen() override;

  void OnBegin() override;
  void OnInterval(const SharedSnapshot& interval) override;
  void OnNotice(const Statement& notice) override;
  /// The terminal is as it was before; the notices stand on it as lines.
  void OnEnd(const RunResult& result) override;

  /// Gives the terminal back now, and waits for that, `patience_ns` at most. Any thread; more than once is fine.
  void Leave(int64_t patience_ns);

 private:
  struct State;

  const std::shared_ptr<RunOutput> plain_;
  const Clock& clock_;
  const std::shared_ptr<State> state_;
};

}  // namespace wsload
