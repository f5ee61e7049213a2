#include "agent/client/body_cipher.h"

#include <gcrypt.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload {
namespace {

class PlainBodies final : public BodyCipher {
 public:
  bool Seal(std::string_view plaintext, std::string& out) override {
    out.assign(plaintext);
    return true;
  }
  bool Open(std::string_view sealed, std::string& out) override {
    out.assign(sealed);
    return true;
  }
};

/// Random nonces, fetched from the generator in blocks: one call costs more than sealing a small body.
class NonceSource {
 public:
  /// Nullptr when the generator fails.
  const uint8_t* Next() {
    if (used_ == block_.size()) {
      if (RAND_bytes(block_.data(), static_cast<int>(block_.size())) != 1) return nullptr;
      used_ = 0;
    }
    const uint8_t* nonce = block_.data() + used_;
    used_ += BodyCipher::kNonceBytes;
    return nonce;
  }

 private:
  std::array<uint8_t, 64 * BodyCipher::kNonceBytes> block_;
  size_t used_ = block_.size();
};

/// An AEAD with 12-byte nonces and 16-byte tags. The key schedule is computed once; a message only sets its nonce.
class AeadCipher final : public BodyCipher {
 public:
  ~AeadCipher() override { gcry_cipher_close(handle_); }

  bool Init(int algorithm, int mode, std::string_view key) {
    return gcry_cipher_open(&handle_, algorithm, mode, 0) == 0 &&
           gcry_cipher_setkey(handle_, key.data(), key.size()) == 0;
  }

  bool Seal(std::string_view plaintext, std::string& out) override {
    if (plaintext.empty()) {
      out.clear();
      return true;
    }
    const uint8_t* nonce = nonces_.Next();
    if (nonce == nullptr) return false;
    out.resize(kNonceBytes + plaintext.size() + kTagBytes);
    std::memcpy(out.data(), nonce, kNonceBytes);
    char* text = out.data() + kNonceBytes;
    return gcry_cipher_setiv(handle_, nonce, kNonceBytes) == 0 &&
           gcry_cipher_encrypt(handle_, text, plaintext.size(), plaintext.data(), plaintext.size()) == 0 &&
           gcry_cipher_gettag(handle_, text + plaintext.size(), kTagBytes) == 0;
  }

  bool Open(std::string_view sealed, std::string& out) override {
    out.clear();
    if (sealed.empty()) return true;
    if (sealed.size() < kNonceBytes + kTagBytes) return false;
    const std::string_view text = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
    out.resize(text.size());
    const bool good = gcry_cipher_setiv(handle_, sealed.data(), kNonceBytes) == 0 &&
                      gcry_cipher_decrypt(handle_, out.data(), out.size(), text.data(), text.size()) == 0 &&
                      gcry_cipher_checktag(handle_, text.data() + text.size(), kTagBytes) == 0;
    // What did not authenticate is nobody's plaintext.
    if (!good) out.clear();
    return good;
  }

 private:
  gcry_cipher_hd_t handle_ = nullptr;
  NonceSource nonces_;
};

int AesAlgorithm(size_t key_bytes) {
  switch (key_bytes) {
    case 16:
      return GCRY_CIPHER_AES128;
    case 24:
      return GCRY_CIPHER_AES192;
    case 32:
      return GCRY_CIPHER_AES256;
    default:
      return GCRY_CIPHER_NONE;
  }
}

/// libgcrypt wants to be set up once, before all else. Secure memory is for keys that outlive their process' need of
/// them; here every worker holds its key for the whole run.
bool SetUpLibgcrypt() {
  static const bool good = [] {
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0) return true;
    if (gcry_check_version(GCRYPT_VERSION) == nullptr) return false;
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    return gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0) == 0;
  }();
  return good;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BodyCipher>> NewBodyCipher(CipherKind kind, std::string_view key) {
  if (kind == CipherKind::kNone) return std::make_unique<PlainBodies>();
  const bool aes = kind == CipherKind::kAesGcm;
  const int algorithm = aes                ? AesAlgorithm(key.size())
                        : key.size() == 32 ? static_cast<int>(GCRY_CIPHER_CHACHA20)
                                           : static_cast<int>(GCRY_CIPHER_NONE);
  if (algorithm == GCRY_CIPHER_NONE) {
    return LocalInvalidArgument({"cipher key has {} bytes; {}", "消息体密钥有 {} 字节；{}"}, key.size(),
                                aes ? LocalText{"aes wants 16, 24 or 32", "aes 需要 16、24 或 32 字节"}
                                    : LocalText{"chacha20poly1305 wants 32", "chacha20poly1305 需要 32 字节"});
  }
  auto cipher = std::make_unique<AeadCipher>();
  if (!SetUpLibgcrypt() || !cipher->Init(algorithm, aes ? GCRY_CIPHER_MODE_GCM : GCRY_CIPHER_MODE_POLY1305, key)) {
    return MakeStatus(absl::StatusCode::kInternal, "libgcrypt does not offer {}",
                      aes ? "AES-GCM" : "ChaCha20-Poly1305");
  }
  return cipher;
}

}  // namespace wsload
