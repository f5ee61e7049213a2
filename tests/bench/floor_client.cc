#include "tests/bench/floor_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace wsload::bench {
namespace {

constexpr int kConnectsUnderWay = 32;
constexpr int kBatch = 256;
constexpr char kRequest[] =
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr size_t kRequestBytes = sizeof kRequest - 1;

[[noreturn]] void Fail(const char* what) { throw std::runtime_error(std::string(what) + ": " + std::strerror(errno)); }

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void SetNoDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int Connect(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Fail("socket");
  const sockaddr_in address = Loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) Fail("connect");
  SetNoDelay(fd);
  return fd;
}

/// One masked binary frame; the mask is fixed, masking is paid once.
std::string MaskedFrame(int payload_bytes) {
  std::string frame = "\x82";
  if (payload_bytes < 126) {
    frame += static_cast<char>(0x80 | payload_bytes);
  } else if (payload_bytes < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload_bytes >> 8);
    frame += static_cast<char>(payload_bytes & 0xff);
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      frame += static_cast<char>(static_cast<int64_t>(payload_bytes) >> shift & 0xff);
    }
  }
  const char mask[4] = {0x12, 0x34, 0x56, 0x78};
  frame.append(mask, 4);
  for (int i = 0; i < payload_bytes; ++i) frame += static_cast<char>('a' ^ mask[i % 4]);
  return frame;
}

uint32_t AnswerBytes(int payload_bytes) {
  const int header = payload_bytes < 126 ? 2 : payload_bytes < 65536 ? 4 : 10;
  return static_cast<uint32_t>(payload_bytes + header);
}

void Add(int epoll_fd, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) Fail("epoll_ctl");
}

/// CPU and wall time from its making on.
class Meter {
 public:
  Cost Read(int64_t round_trips) const {
    const ThreadCpu now = ReadThreadCpu();
    const auto wall = std::chrono::steady_clock::now() - wall_start_;
    return {round_trips, now.user_us - start_.user_us, now.system_us - start_.system_us,
            std::chrono::duration_cast<std::chrono::microseconds>(wall).count()};
  }

 private:
  std::chrono::steady_clock::time_point wall_start_ = std::chrono::steady_clock::now();
  ThreadCpu start_ = ReadThreadCpu();
};

}  // namespace

struct FloorClient::Tls {
  explicit Tls(int fd) : context(SSL_CTX_new(TLS_client_method())), ssl(SSL_new(context)) {
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) != 1) throw std::runtime_error("TLS handshake failed");
  }
  ~Tls() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
  SSL_CTX* context;
  SSL* ssl;
};

FloorClient::FloorClient(const FloorOptions& options)
    : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      frame_(MaskedFrame(options.payload_bytes)),
      answer_bytes_(AnswerBytes(options.payload_bytes)) {
  if (epoll_fd_ < 0) Fail("epoll_create1");
  for (int i = 0; i < options.connections; ++i) {
    const int fd = Connect(options.port);
    const auto index = static_cast<size_t>(fd);
    sockets_.push_back(fd);
    if (index >= received_.size()) received_.resize(index + 1);
    if (options.tls) {
      if (index >= tls_.size()) tls_.resize(index + 1);
      tls_[index] = std::make_unique<Tls>(fd);
    }
    const auto written = options.tls ? SSL_write(tls_[index]->ssl, kRequest, static_cast<int>(kRequestBytes))
                                     : write(fd, kRequest, kRequestBytes);
    if (written != static_cast<ssize_t>(kRequestBytes)) Fail("write");
    std::string response;
    while (response.find("\r\n\r\n") == std::string::npos) {
      char buffer[1024];
      const auto got =
          options.tls ? SSL_read(tls_[index]->ssl, buffer, sizeof buffer) : read(fd, buffer, sizeof buffer);
      if (got <= 0) Fail("upgrade");
      response.append(buffer, static_cast<size_t>(got));
    }
    if (response.rfind("HTTP/1.1 101", 0) != 0) throw std::runtime_error("not upgraded: " + response);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    Add(epoll_fd_, fd, EPOLLIN);
  }
}

FloorClient::~FloorClient() {
  for (const int fd : sockets_) close(fd);
  close(epoll_fd_);
}

void FloorClient::Send(int fd) {
  const auto written =
      tls_.empty() ? write(fd, frame_.data(), frame_.size())
                   : SSL_write(tls_[static_cast<size_t>(fd)]->ssl, frame_.data(), static_cast<int>(frame_.size()));
  if (written != static_cast<ssize_t>(frame_.size())) Fail("write");
}

int64_t FloorClient::Receive(int fd) {
  static char buffer[65536];
  const auto index = static_cast<size_t>(fd);
  const auto got = tls_.empty() ? read(fd, buffer, sizeof buffer) : SSL_read(tls_[index]->ssl, buffer, sizeof buffer);
  if (got <= 0) {
    if (!tls_.empty() && SSL_get_error(tls_[index]->ssl, static_cast<int>(got)) == SSL_ERROR_WANT_READ) return 0;
    Fail("read");
  }
  received_[index] += static_cast<uint32_t>(got);
  const uint32_t answers = received_[index] / answer_bytes_;
  received_[index] -= answers * answer_bytes_;
  return answers;
}

template <typename OnAnswer>
int64_t FloorClient::Turn(int64_t timeout_ns, OnAnswer on_answer) {
  static epoll_event events[kBatch];
  const int64_t wait_ns = timeout_ns < 0 ? 5'000'000'000 : timeout_ns;
  const timespec timeout{wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
  const int ready = epoll_pwait2(epoll_fd_, events, kBatch, &timeout, nullptr);
  if (ready < 0 && errno != EINTR) Fail("epoll_pwait2");
  if (ready == 0 && timeout_ns < 0) throw std::runtime_error("the echo server went silent");
  int64_t answers = 0;
  for (int i = 0; i < ready; ++i) {
    const int fd = events[i].data.fd;
    const int64_t whole = Receive(fd);
    answers += whole;
    if (whole > 0) on_answer(fd);
  }
  return answers;
}

Cost FloorClient::Run(int64_t round_trips) {
  const Meter meter;
  for (const int fd : sockets_) Send(fd);
  auto sent = static_cast<int64_t>(sockets_.size());
  int64_t done = 0;
  while (done < sent) {
    done += Turn(-1, [&](int fd) {
      if (sent >= round_trips) return;
      ++sent;
      Send(fd);
    });
  }
  return meter.Read(done);
}

Cost FloorClient::RunPaced(int64_t messages, int64_t rate_per_s, int64_t tick_ns) {
  const auto now_ns = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
  const auto due_ns = [&](int64_t message) { return message * 1'000'000'000 / rate_per_s; };
  const Meter meter;
  const int64_t start_ns = now_ns();
  int64_t sent = 0;
  int64_t done = 0;
  size_t next = 0;
  int64_t wake_ns = start_ns;
  while (done < messages) {
    const int64_t now = now_ns();
    if (now >= wake_ns) {
      for (; sent < messages && start_ns + due_ns(sent) <= now; ++sent) {
        Send(sockets_[next]);
        next = next + 1 == sockets_.size() ? 0 : next + 1;
      }
      wake_ns = std::max(start_ns + due_ns(sent), now + tick_ns);
    }
    done += Turn(sent == messages ? -1 : std::max<int64_t>(wake_ns - now_ns(), 0), [](int) {});
  }
  return meter.Read(done);
}

Cost FloorConnects(uint16_t port, int64_t connections) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) Fail("epoll_create1");
  const sockaddr_in address = Loopback(port);
  std::vector<int> sockets;
  std::vector<bool> asked;
  sockets.reserve(static_cast<size_t>(connections));
  const auto begin = [&] {
    if (static_cast<int64_t>(sockets.size()) == connections) return;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) Fail("socket");
    SetNoDelay(fd);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
      Fail("connect");
    }
    Add(epoll_fd, fd, EPOLLOUT);
    sockets.push_back(fd);
    asked.resize(std::max(asked.size(), static_cast<size_t>(fd) + 1));
  };
  const Meter meter;
  for (int i = 0; i < kConnectsUnderWay; ++i) begin();
  int64_t done = 0;
  epoll_event events[kBatch];
  while (done < connections) {
    const int ready = epoll_wait(epoll_fd, events, kBatch, 5000);
    if (ready <= 0) throw std::runtime_error("the server went silent");
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (!asked[static_cast<size_t>(fd)]) {
        asked[static_cast<size_t>(fd)] = true;
        if (write(fd, kRequest, kRequestBytes) != static_cast<ssize_t>(kRequestBytes)) Fail("write");
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event);
        continue;
      }
      char buffer[1024];
      const ssize_t got = read(fd, buffer, sizeof buffer);
      if (got < 12 || std::memcmp(buffer, "HTTP/1.1 101", 12) != 0) throw std::runtime_error("not upgraded");
      epoll_event event{};
      event.data.fd = fd;  // connected and quiet
      epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event);
      ++done;
      begin();
    }
  }
  const Cost cost = meter.Read(done);
  for (const int fd : sockets) {
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
  }
  close(epoll_fd);
  return cost;
}

}  // namespace wsload::bench
