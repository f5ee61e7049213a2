// Host names in any script (RFC 3490, 3492, 5891), as URLs have them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

/// The name as DNS, TLS and HTTP know it: ASCII in lower case, other labels as xn--..., IPv4 addresses in their usual
/// form. kInvalidArgument, a line about the name alone: no UTF-8, a label beyond 63 characters, or letters that would
/// have to be normalized first.
absl::StatusOr<std::string> AsciiHost(std::string_view host);

}  // namespace wsload
