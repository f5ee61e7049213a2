#include "agent/client/body_cipher.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "common/util/status.h"

namespace wsload {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

uint8_t* Bytes(char* text) { return reinterpret_cast<uint8_t*>(text); }
const uint8_t* Bytes(const char* text) { return reinterpret_cast<const uint8_t*>(text); }

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

/// Any AEAD of OpenSSL with 12-byte nonces and 16-byte tags. The key schedule is computed once per direction; a message
/// only sets its nonce.
class AeadCipher final : public BodyCipher {
 public:
  AeadCipher() : seal_(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free), open_(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free) {}

  bool Init(const EVP_CIPHER* algorithm, std::string_view key) {
    return seal_ != nullptr && open_ != nullptr &&
           EVP_EncryptInit_ex2(seal_.get(), algorithm, Bytes(key.data()), nullptr, nullptr) == 1 &&
           EVP_DecryptInit_ex2(open_.get(), algorithm, Bytes(key.data()), nullptr, nullptr) == 1;
  }

  bool Seal(std::string_view plaintext, std::string& out) override {
    if (plaintext.empty()) {
      out.clear();
      return true;
    }
    if (plaintext.size() > kMaxBytes) return false;
    const uint8_t* nonce = nonces_.Next();
    if (nonce == nullptr) return false;
    out.resize(kNonceBytes + plaintext.size() + kTagBytes);
    std::memcpy(out.data(), nonce, kNonceBytes);
    uint8_t* text = Bytes(out.data()) + kNonceBytes;
    uint8_t* tag = text + plaintext.size();
    int written = 0;
    return EVP_EncryptInit_ex2(seal_.get(), nullptr, nullptr, nonce, nullptr) == 1 &&
           EVP_EncryptUpdate(seal_.get(), text, &written, Bytes(plaintext.data()),
                             static_cast<int>(plaintext.size())) == 1 &&
           EVP_EncryptFinal_ex(seal_.get(), tag, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(seal_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1;
  }

  bool Open(std::string_view sealed, std::string& out) override {
    out.clear();
    if (sealed.empty()) return true;
    if (sealed.size() < kNonceBytes + kTagBytes || sealed.size() > kMaxBytes) return false;
    const std::string_view text = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
    // OpenSSL takes the expected tag through a pointer to non-const bytes.
    std::array<char, kTagBytes> tag;
    std::memcpy(tag.data(), text.data() + text.size(), kTagBytes);
    out.resize(text.size() + kTagBytes);  // room for a final block that an AEAD never writes
    int written = 0;
    int rest = 0;
    const bool good = EVP_DecryptInit_ex2(open_.get(), nullptr, nullptr, Bytes(sealed.data()), nullptr) == 1 &&
                      EVP_DecryptUpdate(open_.get(), Bytes(out.data()), &written, Bytes(text.data()),
                                        static_cast<int>(text.size())) == 1 &&
                      EVP_CIPHER_CTX_ctrl(open_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
                      EVP_DecryptFinal_ex(open_.get(), Bytes(out.data()) + text.size(), &rest) == 1;
    // What did not authenticate is nobody's plaintext.
    out.resize(good ? text.size() : 0);
    return good;
  }

 private:
  static constexpr size_t kMaxBytes = std::numeric_limits<int>::max() - kNonceBytes - kTagBytes;

  CipherContext seal_;
  CipherContext open_;
  NonceSource nonces_;
};

const EVP_CIPHER* AesGcm(size_t key_bytes) {
  switch (key_bytes) {
    case 16:
      return EVP_aes_128_gcm();
    case 24:
      return EVP_aes_192_gcm();
    case 32:
      return EVP_aes_256_gcm();
    default:
      return nullptr;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<BodyCipher>> NewBodyCipher(CipherKind kind, std::string_view key) {
  if (kind == CipherKind::kNone) return std::make_unique<PlainBodies>();
  const bool aes = kind == CipherKind::kAesGcm;
  const EVP_CIPHER* algorithm = aes ? AesGcm(key.size()) : key.size() == 32 ? EVP_chacha20_poly1305() : nullptr;
  if (algorithm == nullptr) {
    return InvalidArgument("cipher key has {} bytes; {}", key.size(),
                           aes ? "aes wants 16, 24 or 32" : "chacha20poly1305 wants 32");
  }
  auto cipher = std::make_unique<AeadCipher>();
  if (!cipher->Init(algorithm, key)) {
    return MakeStatus(absl::StatusCode::kInternal, "OpenSSL does not offer {}", aes ? "AES-GCM" : "ChaCha20-Poly1305");
  }
  return cipher;
}

}  // namespace wsload
