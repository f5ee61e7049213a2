// BodyCipher::Open on any bytes; what was sealed opens, and damaged by one bit does not.
#include <cstdint>
#include <memory>
#include <string>

#include "agent/client/body_cipher.h"
#include "tests/fuzz/fuzz_check.h"

namespace wsload {
namespace {

void TryCipher(BodyCipher& cipher, std::string_view input) {
  std::string opened;
  if (cipher.Open(input, opened) && !input.empty()) {
    FuzzCheck(opened.size() + BodyCipher::kNonceBytes + BodyCipher::kTagBytes == input.size(), "sizes do not fit");
  }
  std::string sealed;
  FuzzCheck(cipher.Seal(input, sealed), "not sealed");
  FuzzCheck(cipher.Open(sealed, opened) && opened == input, "what was sealed did not open");
  if (sealed.empty()) return;
  // Where the damage goes follows from the input, so that a failure can be played back.
  const size_t at = std::hash<std::string_view>()(input) % sealed.size();
  sealed[at] = static_cast<char>(sealed[at] ^ 1 << at % 8);
  FuzzCheck(!cipher.Open(sealed, opened) && opened.empty(), "a damaged body opened");
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wsload::CipherKind;
  constexpr char kKey[] = "1234567890abcdef1234567890abcdef";
  static const auto aes = wsload::NewBodyCipher(CipherKind::kAesGcm, kKey).value();
  static const auto chacha = wsload::NewBodyCipher(CipherKind::kChaCha20Poly1305, kKey).value();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  wsload::TryCipher(*aes, input);
  wsload::TryCipher(*chacha, input);
  return 0;
}
