// Lines of a given width out of a long one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wsload {

/// Breaks `text` into lines of at most `width` terminal cells: at blanks, which are left out there, and beside wide
/// characters, where Chinese text has no blanks; never before a mark that closes something. What cannot be broken stays
/// whole, however long it is.
std::vector<std::string> WrapText(std::string_view text, int width);

}  // namespace wsload
