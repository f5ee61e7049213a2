// What every program sees to before anything else.
#pragma once

#include <cstdint>

#include "absl/status/status.h"

namespace wsload {

/// Memory, threads or descriptors that cannot be had where nothing else is done about it end the program with one line
/// and exit code 1, and not by SIGABRT.
void EndInOrderWithoutMeans();

/// No core dump, and no debugger of the same user: keys and tokens are in this process' memory.
void KeepMemoryPrivate();

/// What a program needs to begin.
struct LeastMeans {
  int64_t descriptors = 0;
  int threads = 0;  ///< beside those that are
  int64_t address_space_bytes = 0;
};

/// Of a program that speaks gRPC: its own threads, and those that gRPC starts by itself, more with more cores. gRPC
/// does not say that it could not start one, it does nothing from then on.
LeastMeans LeastMeansOfGrpc();

/// OK, or kResourceExhausted with one line that names the limit. Raises the limit of open files as far as it goes.
absl::Status CheckMeansOfProcess(const LeastMeans& least);

}  // namespace wsload
