// Encryption of message bodies: 12-byte random nonce, ciphertext, 16-byte tag,
// no additional data. AES-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439) by libgcrypt: on a small body
// most of what OpenSSL's EVP costs is looking up its own parameters, not encryption.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/plan/run_plan.h"

namespace wsload {

/// One thread at a time. No allocation once `out` has grown.
class BodyCipher {
 public:
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;

  virtual ~BodyCipher() = default;

  /// Replaces `out` by the sealed body; an empty body stays empty. False only when the library fails.
  virtual bool Seal(std::string_view plaintext, std::string& out) = 0;

  /// Replaces `out` by the plaintext. False: too short, or the tag does not fit (wrong key, damaged).
  virtual bool Open(std::string_view sealed, std::string& out) = 0;
};

/// kInvalidArgument names the key length that is wanted (AES: 16, 24 or 32 bytes; ChaCha20: 32), never the key. kNone:
/// bodies pass as they are.
absl::StatusOr<std::unique_ptr<BodyCipher>> NewBodyCipher(CipherKind kind, std::string_view key);

}  // namespace wsload
