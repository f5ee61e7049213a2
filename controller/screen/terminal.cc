#include "controller/screen/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <clocale>
#include <cstring>
#include <exception>
#include <utility>

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>
// Words that term.h takes for itself.
#undef columns
#undef lines

#include "common/util/check.h"

namespace wsload {
namespace {

enum Pair : short { kGreen = 1, kRed, kYellow };

/// What gives a terminal back in an emergency: without locks, memory or ncurses.
struct Emergency {
  int descriptor = -1;
  termios before = {};
  std::array<char, 256> sequence = {};
  size_t length = 0;
};
Emergency emergency;
std::atomic<bool> emergency_ready = false;

void RestoreInEmergency() {
  if (!emergency_ready.exchange(false)) return;
  ::tcsetattr(emergency.descriptor, TCSANOW, &emergency.before);
  // Nothing can be done about a terminal that does not take it.
  [[maybe_unused]] const ssize_t written = ::write(emergency.descriptor, emergency.sequence.data(), emergency.length);
}

void PrepareEmergency(int descriptor, const termios& before) {
  emergency.descriptor = descriptor;
  emergency.before = before;
  emergency.length = 0;
  for (const char* name : {"sgr0", "cnorm", "rmcup"}) {
    const char* text = ::tigetstr(name);
    if (text == nullptr || text == reinterpret_cast<const char*>(-1)) continue;
    const size_t length = std::strlen(text);
    if (emergency.length + length > emergency.sequence.size()) continue;
    std::memcpy(emergency.sequence.data() + emergency.length, text, length);
    emergency.length += length;
  }
  emergency_ready = true;
  BeforeCheckFails(RestoreInEmergency);
  // Of an exception that nobody catches, on whatever thread.
  static const std::terminate_handler before_this = std::get_terminate();
  std::set_terminate([] {
    RestoreInEmergency();
    before_this();
  });
}

/// Its own open file, since what others do to theirs (not to wait) would hold for it, and stdin may be something else.
FILE* OpenTerminalOf(FILE* stream) {
  std::array<char, 128> path = {};
  if (::ttyname_r(::fileno(stream), path.data(), path.size()) != 0) return nullptr;
  const int descriptor = ::open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  FILE* file = ::fdopen(descriptor, "r+");
  if (file == nullptr) ::close(descriptor);
  return file;
}

attr_t AttributesOf(Style style, bool colour) {
  const auto in = [colour](Pair pair) { return colour ? COLOR_PAIR(pair) : A_NORMAL; };
  switch (style) {
    case Style::kPlain:
      return A_NORMAL;
    case Style::kStrong:
      return A_BOLD;
    case Style::kFaint:
      return A_DIM;
    case Style::kGood:
      return in(kGreen);
    case Style::kBad:
      return in(kRed) | A_BOLD;
    case Style::kWarning:
      return in(kYellow);
  }
  return A_NORMAL;
}

}  // namespace

struct Terminal::Screen {
  FILE* own = nullptr;  ///< null: the stream itself is used
  FILE* file = nullptr;
  termios before = {};
  SCREEN* curses = nullptr;
  bool colour = false;
  bool keys = true;  ///< false: nobody is there to press any
};

bool Terminal::Suits(FILE* stream, const Environment& environment) {
  const int descriptor = ::fileno(stream);
  const std::string term = ValueOf(environment, "TERM"), ci = ValueOf(environment, "CI");
  if (::isatty(descriptor) == 0 || term.empty() || term == "dumb") return false;
  if (!ci.empty() && ci != "false") return false;
  // Whoever is not in the foreground is stopped when it changes the terminal.
  if (::tcgetpgrp(descriptor) != ::getpgrp()) return false;
  int error = 0;
  if (::setupterm(term.c_str(), descriptor, &error) != OK) return false;
  const char* move = ::tigetstr("cup");
  const bool can = move != nullptr && move != reinterpret_cast<const char*>(-1);
  ::del_curterm(cur_term);
  // Whatever the locale: what is printed is UTF-8.
  if (can) std::setlocale(LC_CTYPE, "C.UTF-8");
  return can;
}

std::unique_ptr<Terminal> Terminal::Open(FILE* stream, bool colour) {
  auto screen = std::make_unique<Screen>();
  screen->own = OpenTerminalOf(stream);
  screen->file = screen->own != nullptr ? screen->own : stream;
  const int descriptor = ::fileno(screen->file);
  FILE* keys = screen->own != nullptr ? screen->own : stdin;
  if (::tcgetattr(descriptor, &screen->before) == 0) {
    screen->curses = ::newterm(nullptr, screen->file, keys);
  }
  if (screen->curses == nullptr) {
    if (screen->own != nullptr) std::fclose(screen->own);
    return nullptr;
  }
  ::cbreak();
  ::noecho();
  ::nonl();
  ::curs_set(0);
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::leaveok(stdscr, TRUE);
  ::set_escdelay(25);
  if (colour && ::has_colors() && ::start_color() == OK && ::use_default_colors() == OK) {
    screen->colour = true;
    ::init_pair(kGreen, COLOR_GREEN, -1);
    ::init_pair(kRed, COLOR_RED, -1);
    ::init_pair(kYellow, COLOR_YELLOW, -1);
  }
  termios mode = {};
  if (::tcgetattr(descriptor, &mode) == 0) {
    mode.c_iflag &= ~static_cast<tcflag_t>(IXON);
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;
    ::tcsetattr(descriptor, TCSANOW, &mode);
  }
  PrepareEmergency(descriptor, screen->before);
  return std::unique_ptr<Terminal>(new Terminal(std::move(screen)));
}

Terminal::Terminal(std::unique_ptr<Screen> screen) : screen_(std::move(screen)) {}

Terminal::~Terminal() {
  ::endwin();
  ::tcsetattr(::fileno(screen_->file), TCSANOW, &screen_->before);
  emergency_ready = false;
  ::delscreen(screen_->curses);
  if (screen_->own != nullptr) std::fclose(screen_->own);
}

int Terminal::width() const { return ::getmaxx(stdscr); }

int Terminal::height() const { return ::getmaxy(stdscr); }

void Terminal::Draw(const std::vector<StyledLine>& lines) {
  ::werase(stdscr);
  for (size_t y = 0; y < lines.size(); ++y) {
    ::wmove(stdscr, static_cast<int>(y), 0);
    for (const Span& span : lines[y].spans()) {
      ::wattrset(stdscr, static_cast<int>(AttributesOf(span.style, screen_->colour)));
      ::waddnstr(stdscr, span.text.data(), static_cast<int>(span.text.size()));
    }
  }
  ::wattrset(stdscr, A_NORMAL);
  ::wrefresh(stdscr);
}

int Terminal::ReadKey(int timeout_ms) {
  const int descriptor = ::fileno(screen_->own != nullptr ? screen_->own : stdin);
  pollfd input = {screen_->keys ? descriptor : -1, POLLIN, 0};
  ::poll(&input, 1, timeout_ms);
  // Not every change of size sends a signal that arrives here.
  winsize size = {};
  if (::ioctl(::fileno(screen_->file), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
      ::is_term_resized(size.ws_row, size.ws_col)) {
    ::resizeterm(size.ws_row, size.ws_col);
    return kResized;
  }
  const int key = ::wgetch(stdscr);
  if (key == KEY_RESIZE) return kResized;
  if (key == ERR) {
    // A terminal that was lost has input that cannot be read, for ever.
    if (input.revents != 0) screen_->keys = false;
    return kNoKey;
  }
  return key < KEY_MIN ? key : kNoKey;
}

}  // namespace wsload
