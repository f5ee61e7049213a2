#include "common/security/access_token.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "common/security/secret_file.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

// Below, guessing comes within reach.
constexpr size_t kMinTokenLength = 16;
constexpr size_t kMaxTokenLength = 4096;

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest Sha256(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

absl::Status CheckToken(const std::string& source, std::string_view token) {
  const auto refuse = [&source](const LocalString& why) {
    return LocalInvalidArgument(
        {"{}: {}; make a token with: openssl rand -hex 32", "{}：{}；生成令牌可用：openssl rand -hex 32"}, source, why);
  };
  if (token.size() < kMinTokenLength)
    return refuse(FillLocal({"is shorter than {} characters", "短于 {} 个字符"}, kMinTokenLength));
  if (token.size() > kMaxTokenLength)
    return refuse(FillLocal({"is longer than {} characters", "长于 {} 个字符"}, kMaxTokenLength));
  // It travels in a header line.
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
    return refuse(
        {"holds spaces or characters that are not visible ASCII", "含有空格或不可见的字符（应为可见的 ASCII）"});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadAccessToken(const std::string& path, const Environment& environment) {
  if (!path.empty()) return ReadTokenFile("token-file", path);
  std::string token = ValueOf(environment, kTokenVariable);
  if (token.empty()) return token;
  if (absl::Status checked = CheckToken(kTokenVariable, token); !checked.ok()) return checked;
  return token;
}

absl::StatusOr<std::string> ReadTokenFile(std::string_view flag, const std::string& path) {
  absl::StatusOr<std::string> token = ReadSecretFile(flag, path);
  if (!token.ok()) return token;
  if (absl::Status checked = CheckToken(fmt::format("-{}={}", flag, Shown(path)), *token); !checked.ok())
    return checked;
  return token;
}

bool CarriesToken(std::string_view authorization, std::string_view token) {
  constexpr std::string_view kPrefix = kBearerPrefix;
  if (!authorization.starts_with(kPrefix)) return false;
  // Digests are of one length whatever was sent, and say nothing of how much of a guess was right.
  const Digest sent = Sha256(authorization.substr(kPrefix.size()));
  const Digest wanted = Sha256(token);
  return CRYPTO_memcmp(sent.data(), wanted.data(), wanted.size()) == 0;
}

}  // namespace wsload
