#include "tests/bench/measured_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace wsload::bench {
namespace {

struct Answer {
  Cost cost;
  bool good = false;
  char error[256] = {};
};

template <typename T>
bool Receive(int socket, T& value) {
  return recv(socket, &value, sizeof value, MSG_WAITALL) == static_cast<ssize_t>(sizeof value);
}

template <typename T>
bool Send(int socket, const T& value) {
  return send(socket, &value, sizeof value, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof value);
}

Answer Refusal(const std::exception& error) {
  Answer answer;
  std::snprintf(answer.error, sizeof answer.error, "%s", error.what());
  return answer;
}

}  // namespace

MeasuredProcess::MeasuredProcess(const std::function<std::unique_ptr<Measured>()>& make) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error(std::string("socketpair: ") + std::strerror(errno));
  }
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid_ == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Serve(ends[1], make);
  }
  close(ends[1]);
  socket_ = ends[0];
  Run(0);  // until it stands connected
}

MeasuredProcess::~MeasuredProcess() {
  if (pid_ < 0) return;
  // Not close() alone: children forked later hold this end too.
  shutdown(socket_, SHUT_RDWR);
  close(socket_);
  waitpid(pid_, nullptr, 0);
}

MeasuredProcess::MeasuredProcess(MeasuredProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::exchange(other.socket_, -1)) {}

Cost MeasuredProcess::Run(int64_t size) {
  Answer answer;
  if (!Send(socket_, size) || !Receive(socket_, answer)) throw std::runtime_error("a measured process died");
  if (!answer.good) throw std::runtime_error(answer.error);
  return answer.cost;
}

void MeasuredProcess::Serve(int socket, const std::function<std::unique_ptr<Measured>()>& make) {
  std::unique_ptr<Measured> client;
  int64_t size = 0;
  while (Receive(socket, size)) {
    Answer answer;
    try {
      if (client == nullptr) client = make();
      if (size > 0) answer.cost = client->Run(size);
      answer.good = true;
    } catch (const std::exception& error) {
      answer = Refusal(error);
    }
    if (!Send(socket, answer)) break;
  }
  client.reset();
  _exit(0);
}

}  // namespace wsload::bench
