// "Did you mean": the known name that a mistyped one is nearest to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wsload {

/// The candidate that takes the fewest edits (one letter added, dropped, changed, or two neighbours swapped), if
/// they are few enough for a slip of the fingers; else empty. The first one wins a tie.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace wsload
