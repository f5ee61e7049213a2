// How many processors this process may use.
#pragma once

namespace wsload {

/// At least 1.
int CoreCount();

}  // namespace wsload
