#include "common/util/heap.h"

#include <malloc.h>

namespace wsload {
namespace {

// Larger than any message that comes often, as each such block costs a system call and its page faults.
constexpr int kLargeBlockBytes = 1 << 20;
// At the end of the heap; naming one limit switches the other's adaptation off, and its start value is small.
constexpr int kKeptBytes = 16 << 20;

}  // namespace

void ReturnLargeBlocks() {
  mallopt(M_MMAP_THRESHOLD, kLargeBlockBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}

void ReturnFreeMemory() { malloc_trim(0); }

}  // namespace wsload
