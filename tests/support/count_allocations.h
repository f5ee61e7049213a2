// Counts what a thread allocates: linking this replaces operator new in the
// whole program. For tests that hold the message path to no allocation at all.
#pragma once

#include <cstdint>

namespace wsload {

/// Allocations of the calling thread so far, by operator new and by CountAllocation().
int64_t ThreadAllocations();

/// For allocators of libraries that the test has replaced by counting ones.
void CountAllocation();

}  // namespace wsload
