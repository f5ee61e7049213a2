// Threads where there may be no more of them.
#pragma once

#include <functional>
#include <thread>

#include "absl/status/status.h"

namespace wsload {

/// Starts `body` on a thread of its own, which `thread` holds from then on. kResourceExhausted: the system gives none;
/// one line with the mend.
absl::Status StartThread(std::thread& thread, std::function<void()> body);

/// Whether `count` threads can be made now, beside those that are: makes them and ends them. As StartThread().
absl::Status TryThreads(int count);

}  // namespace wsload
