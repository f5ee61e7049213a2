// How much room text takes on a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wsload {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 1;  ///< that it takes in the text; never more than are left of it
};

/// The first one of `utf8`, which is not empty. Broken UTF-8 gives some value of at least one byte.
CodePoint FirstCodePoint(std::string_view utf8);

/// East Asian wide and full-width characters (Unicode UAX #11), as far as console texts use them.
bool IsWide(uint32_t code_point);

/// Terminal cells that `utf8` takes: 2 for wide characters, 1 for the rest.
int DisplayWidth(std::string_view utf8);

}  // namespace wsload
