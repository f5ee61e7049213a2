// How many members a struct has, so that a table of them can be told incomplete.
#pragma once

#include <cstddef>
#include <utility>

namespace wsload {

namespace member_count_internal {

struct Anything {
  template <typename Type>
  operator Type() const;  // never called
};

template <typename Struct, size_t... kIndexes>
constexpr bool Takes(std::index_sequence<kIndexes...>) {
  return requires { Struct{(static_cast<void>(kIndexes), Anything{})...}; };
}

}  // namespace member_count_internal

/// Of an aggregate without bases and arrays.
template <typename Struct, size_t kAtLeast = 0>
constexpr size_t MemberCount() {
  using member_count_internal::Takes;
  if constexpr (!Takes<Struct>(std::make_index_sequence<kAtLeast + 1>{})) {
    return kAtLeast;
  } else {
    return MemberCount<Struct, kAtLeast + 1>();
  }
}

}  // namespace wsload
