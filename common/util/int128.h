// 128-bit integers: products of two 64-bit ones that cannot overflow.
#pragma once

namespace wsload {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

}  // namespace wsload
