#include "controller/screen/live_screen.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "common/time/utc.h"
#include "common/util/language.h"
#include "common/util/print.h"
#include "common/util/text.h"
#include "common/util/thread.h"
#include "controller/output/threshold_lines.h"
#include "controller/screen/screen_layout.h"
#include "controller/screen/terminal.h"

namespace wsload {
namespace {

// How soon figures and a new size are on the screen.
constexpr int kTurnMs = 100;

/// What keys change.
class Keys {
 public:
  Keys(Language language, const std::function<void()>& stop) : stop_(stop) { view_.language = language; }

  const ScreenView& view() const { return view_; }
  void Resize(int width, int height) {
    view_.width = width;
    view_.height = height;
  }

  void Press(int key) {
    constexpr int kEscape = 27;
    switch (key) {
      case 'q':
      case 'Q':
        stop_();
        break;
      case 'a':
        Turn(ScreenPage::kAgents);
        break;
      case 'f':
        Turn(ScreenPage::kFailures);
        break;
      case '?':
      case 'h':
        Turn(ScreenPage::kHelp);
        break;
      case 'p':
        view_.paused = !view_.paused;
        break;
      case kEscape:
        view_.page = ScreenPage::kOverview;
        break;
      default:
        break;
    }
  }

 private:
  void Turn(ScreenPage page) { view_.page = view_.page == page ? ScreenPage::kOverview : page; }

  ScreenView view_;
  const std::function<void()>& stop_;
};

std::string FailureLine(Language language, std::string_view why) {
  constexpr LocalText kFailed{"wsload: the live screen failed ({}); lines instead from here on\n",
                              "wsload：实时画面出错（{}）；此后改为逐行输出\n"};
  return FillText(language, kFailed, Shown(why));
}

}  // namespace

/// Of the object and its thread, which may be left alone with it.
struct LiveScreen::State {
  LiveScreenOptions options;
  std::function<void()> stop;

  std::mutex mutex;
  std::condition_variable changed;
  ScreenModel model;
  bool news = true;
  bool drawing = false;  ///< the terminal is taken
  bool leave = false;

  void Paint(Terminal& terminal);
};

void LiveScreen::State::Paint(Terminal& terminal) {
  Keys keys(options.language, stop);
  ScreenModel shown;
  bool draw = true;
  while (true) {
    {
      const std::lock_guard lock(mutex);
      if (leave) return;
      if (news && !keys.view().paused) {
        shown = model;
        news = false;
        draw = true;
      }
    }
    keys.Resize(terminal.width(), terminal.height());
    if (draw) terminal.Draw(LayOutScreen(shown, keys.view()));
    const int key = terminal.ReadKey(kTurnMs);
    draw = key != Terminal::kNoKey;
    if (key >= 0) keys.Press(key);
  }
}

LiveScreen::LiveScreen(LiveScreenOptions options, RunFacts facts, std::shared_ptr<RunOutput> plain,
                       std::function<void()> stop, const Clock& clock)
    : plain_(std::move(plain)), clock_(clock), state_(std::make_shared<State>()) {
  state_->options = options;
  state_->stop = std::move(stop);
  state_->model.facts = std::move(facts);
}

LiveScreen::~LiveScreen() { Leave(0); }

void LiveScreen::OnBegin() {
  std::shared_ptr<Terminal> terminal = Terminal::Open(state_->options.stream, state_->options.colour);
  if (terminal == nullptr) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->drawing = true;
  }
  std::thread painter;
  const absl::Status started = StartThread(painter, [state = state_, screen = std::move(terminal)]() mutable {
    std::string failure;
    try {
      state->Paint(*screen);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    screen.reset();
    // The run goes on, and is told in lines from here on.
    if (!failure.empty()) Print(state->options.stream, FailureLine(state->options.language, failure));
    const std::lock_guard lock(state->mutex);
    state->drawing = false;
    state->changed.notify_all();
  });
  if (started.ok()) return painter.detach();
  // Lines do as well.
  const std::lock_guard lock(state_->mutex);
  state_->drawing = false;
}

void LiveScreen::OnInterval(const SharedSnapshot& interval) {
  std::vector<ThresholdState> thresholds;
  for (const ThresholdResult& standing : interval->thresholds) {
    thresholds.push_back({.expression = standing.threshold.expression,
                          .value = ThresholdValueText(state_->options.language, standing),
                          .holds = standing.passed.value_or(true),
                          .broken_since_s = standing.first_broken_s});
  }
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->drawing) {
      ScreenModel& model = state_->model;
      model.Add(interval);
      model.thresholds = std::move(thresholds);
      if (model.ends_at.empty() && interval->point.phase == Phase::kMeasure) {
        const auto measured_ns = static_cast<int64_t>(interval->point.phase_clock_s * kNsPerSecond);
        model.ends_at = LocalTimeText(clock_.UnixNs() + model.facts.plan.duration_ns - measured_ns);
      }
      state_->news = true;
      return;
    }
    if (state_->leave) return;
  }
  plain_->OnInterval(interval);
}

void LiveScreen::OnNotice(const Statement& notice) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->drawing || state_->leave) {
      state_->model.AddNotice(notice);
      state_->news = true;
      return;
    }
  }
  plain_->OnNotice(notice);
}

void LiveScreen::OnEnd(const RunResult& result) {
  std::vector<Statement> notices;
  {
    std::unique_lock lock(state_->mutex);
    state_->leave = true;
    state_->changed.wait(lock, [this] { return !state_->drawing; });
    notices = std::exchange(state_->model.notices, {});
  }
  for (const Statement& notice : notices) plain_->OnNotice(notice);
  plain_->OnEnd(result);
}

void LiveScreen::Leave(int64_t patience_ns) {
  std::unique_lock lock(state_->mutex);
  state_->leave = true;
  state_->changed.wait_for(lock, std::chrono::nanoseconds(patience_ns), [this] { return !state_->drawing; });
}

}  // namespace wsload
