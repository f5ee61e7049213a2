// How the C library's allocator keeps memory that was freed.
#pragma once

namespace wsload {

/// First thing in a program with connections: what was allocated for one large message goes back to the system when it
/// is freed, instead of raising the size up to which such blocks are kept (mallopt(3), M_MMAP_THRESHOLD).
void ReturnLargeBlocks();

/// After a run: gives back what is free between blocks in use. Takes some milliseconds per hundred megabytes. Any
/// thread.
void ReturnFreeMemory();

}  // namespace wsload
