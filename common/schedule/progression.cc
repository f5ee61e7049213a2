#include "common/schedule/progression.h"

#include "common/util/check.h"
#include "common/util/saturating.h"

namespace wsload {

Progression Progression::Part(int64_t part, int64_t parts) const {
  WSLOAD_CHECK(0 <= part && part < parts, "part {} of {}", part, parts);
  if (part >= count) return {};
  Progression result;
  result.first = At(part);
  // A part of one term needs no stride, and only then can this product be too large.
  result.stride = SaturatingMultiply(stride, parts);
  result.count = (count - part - 1) / parts + 1;
  return result;
}

}  // namespace wsload
