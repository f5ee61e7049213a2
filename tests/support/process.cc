#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

extern char** environ;

namespace wsload {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Throw(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) Throw(errno, "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);

  std::vector<std::string> argv_text = arguments;
  std::vector<std::string> env_text;
  for (char** entry = environ; *entry != nullptr; ++entry) env_text.emplace_back(*entry);
  env_text.insert(env_text.end(), environment.begin(), environment.end());
  const int error = posix_spawn(&pid_, arguments[0].c_str(), &actions, nullptr, Pointers(argv_text).data(),
                                Pointers(env_text).data());
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_.fd = out[0];
  err_.fd = err[0];
  if (error != 0) Throw(error, arguments[0]);
}

Process::~Process() {
  if (!exit_code_) {
    kill(pid_, SIGKILL);
    Reap(true);
  }
  for (Stream* stream : {&out_, &err_}) {
    if (stream->fd >= 0) close(stream->fd);
  }
}

void Process::Signal(int signal) const {
  if (!exit_code_) kill(pid_, signal);
}

bool Process::Pump(std::chrono::milliseconds timeout) {
  Stream* streams[2] = {&out_, &err_};
  pollfd polls[2];
  for (int i = 0; i < 2; ++i) polls[i] = {streams[i]->fd, POLLIN, 0};
  if (out_.fd < 0 && err_.fd < 0) return false;
  if (poll(polls, 2, static_cast<int>(std::max<int64_t>(0, timeout.count()))) <= 0) return true;
  for (int i = 0; i < 2; ++i) {
    if ((polls[i].revents & (POLLIN | POLLHUP)) == 0) continue;
    char buffer[65536];
    const ssize_t got = read(streams[i]->fd, buffer, sizeof buffer);
    if (got > 0) {
      streams[i]->text.append(buffer, static_cast<size_t>(got));
    } else if (got == 0) {
      close(streams[i]->fd);
      streams[i]->fd = -1;
    }
  }
  return true;
}

std::optional<std::string> Process::ReadLine(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (true) {
    if (const size_t end = out_.text.find('\n', line_start_); end != std::string::npos) {
      std::string line = out_.text.substr(line_start_, end - line_start_);
      line_start_ = end + 1;
      return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (out_.fd < 0 || left.count() <= 0 || !Pump(left)) return std::nullopt;
  }
}

bool Process::Reap(bool block) {
  int status = 0;
  rusage usage{};
  if (wait4(pid_, &status, block ? 0 : WNOHANG, &usage) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  cpu_seconds_ = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return true;
}

std::optional<int> Process::Wait(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (!exit_code_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return std::nullopt;
    // The end of both streams mostly comes with the exit; a grandchild may hold them open, so look at both.
    if (!Pump(std::min(left, std::chrono::milliseconds(20))) && !Reap(false)) {
      poll(nullptr, 0, 1);
    } else if (!exit_code_) {
      Reap(false);
    }
  }
  // What it wrote last may still be in the pipes; a grandchild that holds them open is not waited for.
  for (size_t before = std::string::npos; before != out_.text.size() + err_.text.size();) {
    before = out_.text.size() + err_.text.size();
    Pump(std::chrono::milliseconds(20));
  }
  return exit_code_;
}

}  // namespace wsload
