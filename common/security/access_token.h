// The bearer token that a controller shows to agents.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/util/environment.h"

namespace wsload {

/// The gRPC metadata that carries it, and what stands in front of the token in there.
inline constexpr char kAuthorizationMetadata[] = "authorization";
inline constexpr char kBearerPrefix[] = "Bearer ";
/// What an agent says instead of looking at a token, after too many wrong ones from the caller's network.
inline constexpr char kTooManyWrongTokens[] = "too many wrong tokens from there";
/// Holds the token itself, for containers that hand it over this way.
inline constexpr char kTokenVariable[] = "WSLOAD_TOKEN";

/// From the file (-token-file), else from WSLOAD_TOKEN in `environment`, else empty: no token. kInvalidArgument: one
/// line, never with the token in it, for what cannot be read or cannot be a token (16 to 4096 visible ASCII
/// characters).
absl::StatusOr<std::string> ReadAccessToken(const std::string& path, const Environment& environment);

/// From the file of the flag -`flag`, with the same errors.
absl::StatusOr<std::string> ReadTokenFile(std::string_view flag, const std::string& path);

/// Whether `authorization` (the metadata's value) carries `token`; takes as long for every wrong one of its length.
bool CarriesToken(std::string_view authorization, std::string_view token);

}  // namespace wsload
