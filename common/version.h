// What this build is, and what it speaks.
#pragma once

namespace wsload {

inline constexpr char kVersion[] = "0.1.0";

/// Version of the control plane between controller and agents. Raised with
/// every change that one side alone would misread; agents refuse another one.
inline constexpr int kControlProtocolVersion = 5;

}  // namespace wsload
