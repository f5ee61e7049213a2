// HTTP headers as a request carries them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wsload {

/// Names and values in order; a name may come more than once.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

}  // namespace wsload
