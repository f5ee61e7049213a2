// The gateway's user tokens: JWT (RFC 7519), HS256 (RFC 7515).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

struct UserClaims {
  int64_t user_id = 0;
  int64_t biz_id = 0;
  std::string issuer = "mock";
  int64_t issued_at_unix_s = 0;
  int64_t expires_unix_s = 0;  ///< by default 24 h after issued_at
  friend bool operator==(const UserClaims&, const UserClaims&) = default;
};

/// Signs and checks with one key. One thread at a time.
class UserToken {
 public:
  UserToken(std::string key, std::string issuer);
  ~UserToken();

  /// The token, byte for byte as the reference implementation prints it. `claims.issuer` is replaced by this object's.
  std::string Encode(const UserClaims& claims) const;

  /// kUnauthenticated: bad shape, another algorithm (also "none"), wrong signature (compared in constant time), or
  /// expired at `now_unix_s`.
  absl::StatusOr<UserClaims> Decode(std::string_view token, int64_t now_unix_s) const;

 private:
  std::string key_;
  std::string issuer_;
};

}  // namespace wsload
