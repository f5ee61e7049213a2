// Whether the programs under attack have a sanitizer in them, which takes memory and address space of its own.
#pragma once

namespace wsload::hostile {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(WSLOAD_THREAD_SANITIZER)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace wsload::hostile
