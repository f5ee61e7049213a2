// What this build is, and what it speaks.
#pragma once

namespace wsload {

inline constexpr char kVersion[] = "0.2.0";

/// The commit that a program was built from, as git names it; with "-dirty" where there was more. "unknown" without
/// git, as from an archive.
extern const char kCommit[];

/// Version of the control plane between controller and agents. Raised with
/// every change that one side alone would misread; agents refuse another one.
inline constexpr int kControlProtocolVersion = 7;

}  // namespace wsload
