// UserToken::Decode on any token, and on any claims under a good signature.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <string>

#include "agent/client/user_token.h"
#include "common/util/base64.h"
#include "tests/fuzz/fuzz_check.h"

namespace wsload {
namespace {

constexpr char kKey[] = "tokqi017kqczcj0qvu6zg9zsyjtc0q0b";
constexpr int64_t kNow = 1700000000;

void AppendBase64Url(std::string_view bytes, std::string& out) {
  std::string text(Base64Size(bytes.size()), '\0');
  text.resize(static_cast<size_t>(EncodeBase64Url(bytes, text.data()) - text.data()));
  out += text;
}

std::string Signed(std::string_view claims) {
  std::string token;
  AppendBase64Url(R"({"alg":"HS256"})", token);
  token += '.';
  AppendBase64Url(claims, token);
  unsigned char signature[32];
  unsigned int size = 0;
  HMAC(EVP_sha256(), kKey, sizeof kKey - 1, reinterpret_cast<const unsigned char*>(token.data()), token.size(),
       signature, &size);
  token += '.';
  AppendBase64Url({reinterpret_cast<const char*>(signature), size}, token);
  return token;
}

void TryToken(std::string_view token) {
  static const UserToken user_token(kKey, "mock");
  const auto claims = user_token.Decode(token, kNow);
  if (!claims.ok()) {
    FuzzCheck(claims.status().code() == absl::StatusCode::kUnauthenticated, "another error than unauthenticated");
    return;
  }
  FuzzCheck(claims->expires_unix_s > kNow, "an expired token was taken");
  const UserToken issuer(kKey, claims->issuer);
  const auto again = issuer.Decode(issuer.Encode(*claims), kNow);
  FuzzCheck(again.ok() && *again == *claims, "our token changed the claims");
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  wsload::TryToken(input);
  wsload::TryToken(wsload::Signed(input));
  return 0;
}
