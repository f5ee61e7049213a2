#include "common/net/lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/system_error.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

using Addresses = absl::StatusOr<std::vector<SocketAddress>>;

absl::Status Unresolved(int error, int system_error) {
  return LocalStatus(absl::StatusCode::kUnavailable,
                     error == EAI_SYSTEM ? SystemErrorLines(system_error) : LookupErrorLines(error));
}

/// What one who waits and the thread that looks up share; the one may leave before the other.
struct Pending {
  std::mutex mutex;
  std::condition_variable finished;
  std::optional<Addresses> addresses;
};

}  // namespace

LocalString LookupErrorLines(int error) {
  const auto chinese = [error] {
    switch (error) {
      case EAI_NONAME:
        return "名称或服务未知";
      case EAI_AGAIN:
        return "名称解析暂时失败";
      case EAI_FAIL:
        return "名称解析失败";
      case EAI_FAMILY:
        return "不支持该地址族";
      case EAI_MEMORY:
        return "内存不足";
      default:
        return "";
    }
  };
  return {gai_strerror(error), chinese()};
}

absl::StatusOr<std::vector<SocketAddress>> LookUp(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return Unresolved(error, errno);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    addresses.push_back(SocketAddress::FromSystem(entry->ai_addr, entry->ai_addrlen));
  }
  if (addresses.empty()) return Unresolved(EAI_NONAME, 0);
  return addresses;
}

absl::StatusOr<std::vector<SocketAddress>> LookUpWithin(const std::string& host, uint16_t port, int64_t timeout_ns) {
  const auto pending = std::make_shared<Pending>();
  std::thread thread;
  const absl::Status started = StartThread(thread, [pending, host, port] {
    Addresses addresses = LookUp(host, port);
    const std::lock_guard lock(pending->mutex);
    pending->addresses = std::move(addresses);
    pending->finished.notify_all();
  });
  if (!started.ok()) return started;
  thread.detach();
  std::unique_lock lock(pending->mutex);
  const auto done = [&] { return pending->addresses.has_value(); };
  if (!pending->finished.wait_for(lock, std::chrono::nanoseconds(timeout_ns), done)) {
    return LocalStatus(absl::StatusCode::kDeadlineExceeded,
                       FillLocal({"the name's lookup takes too long", "名称解析耗时过长"}));
  }
  return *std::move(pending->addresses);
}

}  // namespace wsload
