#include "common/util/thread.h"

#include <latch>
#include <list>
#include <system_error>
#include <utility>

#include "common/util/local_error.h"
#include "common/util/system_error.h"

namespace wsload {

absl::Status StartThread(std::thread& thread, std::function<void()> body) {
  try {
    thread = std::thread(std::move(body));
  } catch (const std::system_error& error) {
    return LocalStatus(
        absl::StatusCode::kResourceExhausted,
        FillLocal({"cannot make a thread: {}; raise the limit of processes (ulimit -u), the container's pids limit, "
                   "or that of memory (ulimit -v)",
                   "无法创建线程：{}；请提高进程数上限 (ulimit -u)、容器的 pids 限制，或内存上限 (ulimit -v)"},
                  SystemErrorLines(error.code().value())));
  }
  return absl::OkStatus();
}

absl::Status TryThreads(int count) {
  absl::Status tried;
  std::latch enough(1);
  std::list<std::thread> threads;
  for (int i = 0; tried.ok() && i < count; ++i) {
    tried = StartThread(threads.emplace_back(), [&enough] { enough.wait(); });
  }
  enough.count_down();
  for (std::thread& thread : threads) {
    if (thread.joinable()) thread.join();
  }
  return tried;
}

}  // namespace wsload
