#include "common/util/core_count.h"

#include <algorithm>
#include <thread>

namespace wsload {

int CoreCount() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

}  // namespace wsload
