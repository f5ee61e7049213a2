#include "common/time/utc.h"

#include "absl/time/time.h"

namespace wsload {

std::string UtcText(int64_t unix_ns) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", absl::FromUnixNanos(unix_ns), absl::UTCTimeZone());
}

std::string LocalTimeText(int64_t unix_ns) {
  return absl::FormatTime("%H:%M:%S", absl::FromUnixNanos(unix_ns), absl::LocalTimeZone());
}

}  // namespace wsload
