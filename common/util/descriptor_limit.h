// The process' limit of open files.
#pragma once

#include <cstdint>

namespace wsload {

struct DescriptorLimit {
  int64_t soft = 0;  ///< in force; 0: none
  int64_t hard = 0;  ///< up to which the process may raise it; 0: none
};

DescriptorLimit ReadDescriptorLimit();

/// Raises the soft limit as far as it goes.
void RaiseDescriptorLimit();

}  // namespace wsload
