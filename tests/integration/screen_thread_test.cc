// The live screen's own thread on a real pseudo-terminal, when something in it goes wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/time/clock.h"
#include "controller/screen/live_screen.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PlainLines final : public RunOutput {
 public:
  void OnInterval(const SharedSnapshot&) override { said.push_back("interval"); }
  void OnNotice(const Statement&) override { said.push_back("notice"); }
  void OnEnd(const RunResult&) override { said.push_back("end"); }

  std::vector<std::string> said;
};

class PseudoTerminal {
 public:
  PseudoTerminal() {
    winsize size = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(openpty(&person_, &program_, nullptr, nullptr, &size), 0);
    stream = fdopen(program_, "w");
  }
  ~PseudoTerminal() {
    std::fclose(stream);
    close(person_);
  }

  void Press(char key) const { EXPECT_EQ(write(person_, &key, 1), 1); }

  /// All that came so far, `wanted` among it unless nothing came for long.
  const std::string& ReadUpTo(const std::string& wanted) {
    constexpr int kPatienceMs = 30'000;
    std::array<char, 4096> bytes;
    for (pollfd there = {person_, POLLIN, 0}; seen_.find(wanted) == std::string::npos;) {
      if (poll(&there, 1, kPatienceMs) <= 0) break;
      const ssize_t got = read(person_, bytes.data(), bytes.size());
      if (got <= 0) break;
      seen_.append(bytes.data(), static_cast<size_t>(got));
    }
    return seen_;
  }

  bool EchoesAndWaitsForLines() const {
    termios mode = {};
    return tcgetattr(program_, &mode) == 0 && (mode.c_lflag & ECHO) != 0 && (mode.c_lflag & ICANON) != 0;
  }

  FILE* stream = nullptr;

 private:
  std::string seen_;
  int person_ = -1;
  int program_ = -1;
};

constexpr char kOtherScreen[] = "\x1b[?1049h";
constexpr char kBack[] = "\x1b[?1049l";

TEST(ScreenThread, AnExceptionGivesTheTerminalBackAndTheRunGoesOnInLines) {
  setenv("TERM", "xterm", 1);
  PseudoTerminal terminal;
  const auto plain = std::make_shared<PlainLines>();
  LiveScreen screen(
      {.stream = terminal.stream}, RunFacts{}, plain, [] { throw std::runtime_error("out of luck"); }, SystemClock());
  screen.OnBegin();
  ASSERT_THAT(terminal.ReadUpTo(kOtherScreen), HasSubstr(kOtherScreen));
  // The key's callback runs on the thread that draws.
  terminal.Press('q');
  EXPECT_THAT(terminal.ReadUpTo(kBack), HasSubstr(kBack));
  EXPECT_THAT(terminal.ReadUpTo("from here on"), HasSubstr("the live screen failed (out of luck); lines instead"));
  EXPECT_TRUE(terminal.EchoesAndWaitsForLines());
  screen.Leave(kNsPerSecond * 30);
  screen.OnEnd(RunResult());
  EXPECT_THAT(plain->said, ElementsAre("end"));
}

}  // namespace
}  // namespace wsload
