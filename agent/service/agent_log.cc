#include "agent/service/agent_log.h"

#include <spdlog/sinks/base_sink.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/time/clock.h"
#include "common/util/print.h"

namespace wsload {
namespace {

constexpr int64_t kReaderPatienceNs = 2 * kNsPerSecond;
constexpr char kPattern[] = "%Y-%m-%dT%H:%M:%S.%e %l %v";
constexpr size_t kTimeLength = sizeof "2026-11-28T20:35:00.000" - 1;

/// What has been told of the lines that went, on the thread that writes.
using Told = std::shared_ptr<int64_t>;

void WriteLine(const std::string& line, int64_t dropped, int64_t& told) {
  if (dropped > told) {
    const std::string time = line.substr(0, kTimeLength);
    Print(stderr, fmt::format("{} warning {} lines of this log are missing: nobody read it\n", time, dropped - told));
    told = dropped;
  }
  Print(stderr, line);
}

class QueueSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit QueueSink(std::weak_ptr<SideThread> thread) : thread_(std::move(thread)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    const std::shared_ptr<SideThread> thread = thread_.lock();
    if (thread == nullptr) return;
    thread->Post(0, text.size(), [line = fmt::to_string(text), dropped = thread_, told = told_] {
      const std::shared_ptr<SideThread> there = dropped.lock();
      WriteLine(line, there == nullptr ? 0 : there->dropped(0), *told);
    });
  }
  void flush_() override {}

  const std::weak_ptr<SideThread> thread_;
  const Told told_ = std::make_shared<int64_t>(0);
};

}  // namespace

AgentLog::AgentLog(spdlog::level::level_enum level)
    : thread_(std::make_shared<SideThread>(
          std::vector<SideThread::Bound>{{.items = AgentLog::kLines, .bytes = AgentLog::kBytes}})) {
  auto logger = std::make_shared<spdlog::logger>("agent", std::make_shared<QueueSink>(thread_));
  logger->set_pattern(kPattern);
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

AgentLog::~AgentLog() {
  if (thread_->End(kReaderPatienceNs, [] { return TakenBy(stderr); })) return;
  GiveUpPrinting(stderr, {});
}

}  // namespace wsload
