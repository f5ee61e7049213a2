// Why an address cannot be listened on, where a library only says that it could not.
#pragma once

#include <string>

#include "common/net/host_port.h"

namespace wsload {

/// Tries to bind `address` and gives the system's reason ("Address already in use"). May look a name up.
std::string WhyNotListen(const HostPort& address);

}  // namespace wsload
