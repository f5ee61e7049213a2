// The agent's log: lines on stderr that no thread of the agent ever waits for.
#pragma once

#include <spdlog/spdlog.h>

#include <memory>

#include "common/loop/side_thread.h"

namespace wsload {

/// From its making to its end spdlog's default logger, with lines like "2026-11-28T20:35:00.000 info text". A reader
/// who is too slow for them misses the oldest, and is told how many in a line of its own. One at a time.
class AgentLog {
 public:
  static constexpr size_t kLines = 4096;
  static constexpr size_t kBytes = 4 << 20;

  explicit AgentLog(spdlog::level::level_enum level);
  /// Waits for its reader, two seconds at most for each line.
  ~AgentLog();
  AgentLog(const AgentLog&) = delete;
  AgentLog& operator=(const AgentLog&) = delete;

 private:
  const std::shared_ptr<SideThread> thread_;
};

}  // namespace wsload
