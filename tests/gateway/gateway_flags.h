// The options of wsload-gateway as flags.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/flags/flag_set.h"
#include "common/plan/field.h"
#include "tests/gateway/gateway_options.h"

namespace wsload::gateway {

/// What the program takes beside the gateway's own options.
struct ProgramOptions {
  GatewayOptions gateway;
  std::string port_file;
  std::string cipher_key_file;
  std::string jwt_key_file;
  int64_t stats_interval_ns = 0;
};

/// Flag, range and help of what the gateway itself does not see.
Fields<ProgramOptions> ProgramFields();

/// Binds every flag to `options`, which must outlive `flags`.
void BindFlags(FlagSet& flags, ProgramOptions& options);

/// After parsing: reads the key files and validates.
absl::Status FinishOptions(const FlagSet& flags, ProgramOptions& options);

}  // namespace wsload::gateway
