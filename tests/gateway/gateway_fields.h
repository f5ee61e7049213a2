// Flag, range and help of every option of the mock gateway.
#pragma once

#include "common/plan/field.h"
#include "tests/gateway/gateway_options.h"

namespace wsload::gateway {

/// A row for every member that a flag sets.
Fields<GatewayOptions> GatewayFields();

}  // namespace wsload::gateway
