#include "tests/support/count_allocations.h"

#include <cstdlib>
#include <new>

namespace wsload {
namespace {

thread_local int64_t allocations = 0;

}  // namespace

int64_t ThreadAllocations() { return allocations; }

void CountAllocation() { ++allocations; }

}  // namespace wsload

namespace {

void* AllocateOrNull(size_t size) {
  wsload::CountAllocation();
  return std::malloc(size > 0 ? size : 1);
}

void* Allocate(size_t size) {
  if (void* memory = AllocateOrNull(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// All of them, the ones without exceptions too: a sanitizer must not see memory from one allocator go to another.
void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return AllocateOrNull(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return AllocateOrNull(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
