// A terminal that is drawn on as a whole.
#pragma once

#include <cstdio>
#include <memory>
#include <vector>

#include "common/util/environment.h"
#include "controller/screen/styled_text.h"

namespace wsload {

/// Belongs to one thread at a time; a process has one of them. Calls may block for as long as the terminal does not
/// read.
class Terminal {
 public:
  /// Whether `stream` is a terminal that can be drawn on, and this process the one that may: in the foreground, with
  /// TERM known to the system, not under CI (the variable). Before the process has threads: curses shall know UTF-8.
  static bool Suits(FILE* stream, const Environment& environment);

  /// Takes the terminal: its other screen, keys without echo and without Ctrl-S and Ctrl-Z, which would hold the screen
  /// or the run. Colours unless `colour` is false. Null: it cannot be had.
  static std::unique_ptr<Terminal> Open(FILE* stream, bool colour);
  /// Gives it back as it was.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // In cells; they change in ReadKey() alone.
  int width() const;
  int height() const;

  /// In place of everything before.
  void Draw(const std::vector<StyledLine>& lines);

  static constexpr int kNoKey = -1;
  static constexpr int kResized = -2;
  /// Waits `timeout_ms` for one: a character, or one of the above. Keys with names of their own count for nothing.
  int ReadKey(int timeout_ms);

 private:
  struct Screen;
  explicit Terminal(std::unique_ptr<Screen> screen);

  const std::unique_ptr<Screen> screen_;
};

}  // namespace wsload
