// How a fuzz target says that an input broke a promise.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace wsload {

/// Ends the program with `broken` on stderr unless it is empty; the driver (libFuzzer's or ours) keeps the input.
inline void FuzzCheck(std::string_view broken) {
  if (broken.empty()) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(broken.size()), broken.data());
  std::abort();
}

inline void FuzzCheck(bool kept, std::string_view promise) { FuzzCheck(kept ? std::string_view() : promise); }

}  // namespace wsload
