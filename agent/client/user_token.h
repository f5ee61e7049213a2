// The gateway's user tokens: JWT (RFC 7519), HS256 (RFC 7515).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsload {

struct UserClaims {
  int64_t user_id = 0;
  int64_t biz_id = 0;
  std::string issuer = "mock";
  int64_t issued_at_unix_s = 0;
  int64_t expires_unix_s = 0;  ///< Encode() takes 0 for 24 h after issued_at
  friend bool operator==(const UserClaims&, const UserClaims&) = default;
};

/// Signs and checks with one key. One thread at a time.
class UserToken {
 public:
  /// `issuer` is UTF-8. Throws std::runtime_error when OpenSSL has no HMAC-SHA256.
  UserToken(std::string_view key, std::string_view issuer);
  UserToken(UserToken&&) noexcept;
  UserToken& operator=(UserToken&&) noexcept;
  ~UserToken();

  /// The token, byte for byte as the reference implementation prints it. `claims.issuer` is replaced by this object's.
  std::string Encode(const UserClaims& claims) const;

  /// kUnauthenticated: bad shape, another algorithm (also "none"), wrong signature (compared in constant time), or
  /// expired at `now_unix_s`.
  absl::StatusOr<UserClaims> Decode(std::string_view token, int64_t now_unix_s) const;

 private:
  class Signer;

  std::unique_ptr<Signer> signer_;  // holds the key
  std::string issuer_json_;         // a JSON string literal
};

}  // namespace wsload
