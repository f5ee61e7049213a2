// The mock gateway as a child process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "common/net/server_url.h"

namespace wsload {

/// Ended with this object, and by the kernel should this process die first.
class GatewayProcess {
 public:
  /// The gateway program beside this process' own, serving with `threads` on a loopback port of the kernel's choice.
  /// kNotFound: it is not there. kUnavailable: it did not come up. Blocks for at most 10 s. The calling thread must
  /// live as long as the gateway shall.
  static absl::StatusOr<std::unique_ptr<GatewayProcess>> Start(int threads);
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  const ServerUrl& url() const { return url_; }
  /// Processor time of all its threads so far.
  int64_t CpuUs() const;

 private:
  GatewayProcess(pid_t pid, int output) : pid_(pid), output_(output) {}
  absl::Status ReadUrl();
  /// False: it still runs.
  bool Reap(bool wait);

  pid_t pid_;
  int output_;  ///< its stdout
  ServerUrl url_;
};

}  // namespace wsload
