// Many agents in one process: real sessions behind real gRPC streams, one
// loopback port each, with synthetic load instead of connections.
#pragma once

#include "tests/support/synthetic_load.h"

namespace wsload::bench {

/// Prints the ports on stdout in one line, then serves until it is killed; 1 when it cannot listen.
int ServeCrowd(int agents, const SyntheticLoad::Shape& shape);

}  // namespace wsload::bench
