// A client of a benchmark in a process of its own: each has its own
// descriptors (the limit is per process) and its own heap, and all of them can stand connected at once and be measured
// in turn.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>

#include "tests/bench/floor_client.h"

namespace wsload::bench {

/// What the child does: made once, then asked again and again.
class Measured {
 public:
  virtual ~Measured() = default;
  /// One measurement of `size`, whatever its unit. Throws std::runtime_error.
  virtual Cost Run(int64_t size) = 0;
};

/// One thread; made before this process has others. Every error throws std::runtime_error.
class MeasuredProcess {
 public:
  /// Forks; the child makes its client at once.
  explicit MeasuredProcess(const std::function<std::unique_ptr<Measured>()>& make);
  ~MeasuredProcess();
  MeasuredProcess(MeasuredProcess&& other) noexcept;
  MeasuredProcess(const MeasuredProcess&) = delete;
  MeasuredProcess& operator=(const MeasuredProcess&) = delete;

  Cost Run(int64_t size);

 private:
  [[noreturn]] static void Serve(int socket, const std::function<std::unique_ptr<Measured>()>& make);

  pid_t pid_ = -1;
  int socket_ = -1;
};

}  // namespace wsload::bench
