#include "common/util/process_setup.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

#include "common/util/core_count.h"
#include "common/util/descriptor_limit.h"
#include "common/util/local_error.h"
#include "common/util/print.h"
#include "common/util/status.h"
#include "common/util/thread.h"

namespace wsload {
namespace {

constexpr int kExitFailed = 1;
constexpr int kGrpcThreads = 12;
constexpr int kGrpcThreadsPerCore = 2;
constexpr int kMostCoresOfGrpc = 16;

[[noreturn]] void EndWith(const char* what) {
  // Nothing is allocated: there may be no memory.
  for (const char* part : {static_cast<const char*>(program_invocation_short_name), ": ", what, "\n"}) {
    Print(stderr, part);
  }
  std::_Exit(kExitFailed);
}

[[noreturn]] void EndWithoutMemory() {
  EndWith("out of memory; raise the limit (ulimit -v, or the container's), or do with fewer clients");
}

bool IsWant(const std::error_code& code) {
  for (const std::errc error : {std::errc::resource_unavailable_try_again, std::errc::too_many_files_open,
                                std::errc::too_many_files_open_in_system, std::errc::not_enough_memory}) {
    if (code == error) return true;
  }
  return false;
}

[[noreturn]] void Terminate() {
  if (const std::exception_ptr thrown = std::current_exception()) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
      EndWithoutMemory();
    } catch (const std::system_error& error) {
      if (IsWant(error.code())) EndWith(error.what());
      std::fprintf(stderr, "%s: internal error: %s\n", program_invocation_short_name, error.what());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: internal error: %s\n", program_invocation_short_name, error.what());
    } catch (...) {
      // Nothing is known of it.
    }
  }
  std::abort();
}

}  // namespace

void EndInOrderWithoutMeans() {
  std::set_new_handler(EndWithoutMemory);
  std::set_terminate(Terminate);
}

void KeepMemoryPrivate() { prctl(PR_SET_DUMPABLE, 0); }

LeastMeans LeastMeansOfGrpc() {
  return {.descriptors = 64,
          .threads = kGrpcThreads + kGrpcThreadsPerCore * std::min(CoreCount(), kMostCoresOfGrpc),
          .address_space_bytes = 512 << 20};
}

absl::Status CheckMeansOfProcess(const LeastMeans& least) {
  constexpr auto kCode = absl::StatusCode::kResourceExhausted;
  RaiseDescriptorLimit();
  if (const int64_t limit = ReadDescriptorLimit().soft; limit > 0 && limit < least.descriptors) {
    return LocalStatus(
        kCode, FillLocal({"at most {} files may be open, and {} are needed to begin; raise the limit (ulimit -n)",
                          "最多可打开 {} 个文件，而启动需要 {} 个；请提高上限 (ulimit -n)"},
                         limit, least.descriptors));
  }
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
      space.rlim_cur < static_cast<rlim_t>(least.address_space_bytes)) {
    return LocalStatus(
        kCode, FillLocal({"the address space may have {} KiB, and {} are needed to begin; raise the limit (ulimit -v)",
                          "地址空间上限为 {} KiB，而启动需要 {} KiB；请提高上限 (ulimit -v)"},
                         space.rlim_cur >> 10, least.address_space_bytes >> 10));
  }
  return TryThreads(least.threads);
}

}  // namespace wsload
