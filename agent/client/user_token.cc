#include "agent/client/user_token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <simdjson.h>

#include <array>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "agent/client/json_text.h"
#include "common/util/base64.h"
#include "common/util/status.h"

namespace wsload {
namespace {

constexpr size_t kSignatureBytes = 32;
using Signature = std::array<char, kSignatureBytes>;

/// base64url of {"alg":"HS256","typ":"JWT"}, and the dot.
constexpr std::string_view kHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";

/// Longer tokens are refused unread; ours have 200 bytes.
constexpr size_t kMaxTokenBytes = 8192;

/// The literal as the reference's JSON package prints it: safe inside HTML and JavaScript too.
std::string JsonLiteral(std::string_view text) {
  std::string literal = "\"";
  std::array<char, JsonTextBound(1)> escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' || c == '>' || c == '&') {
      literal += fmt::format("\\u{:04x}", c);
    } else if (text.substr(i, 3) == "\u2028" || text.substr(i, 3) == "\u2029") {
      literal += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      literal.append(escaped.data(), WriteJsonText({&c, 1}, escaped.data()));
    }
  }
  return literal + '"';
}

void AppendBase64Url(std::string_view bytes, std::string& out) {
  const size_t before = out.size();
  out.resize(before + Base64Size(bytes.size()));
  out.resize(static_cast<size_t>(EncodeBase64Url(bytes, out.data() + before) - out.data()));
}

absl::Status Refused(std::string_view why) {
  return MakeStatus(absl::StatusCode::kUnauthenticated, "user token refused: {}", why);
}

/// A NumericDate or an id: an integer, in any of JSON's spellings (1.7e9 is one).
std::optional<int64_t> ReadInteger(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element value;
  if (object[name].get(value)) return std::nullopt;
  int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  double real = 0;
  constexpr double kMaxExact = 9007199254740992.0;  // 2^53: beyond it a double is no longer one integer
  if (!value.is_double() || value.get(real) || std::trunc(real) != real || std::abs(real) > kMaxExact) {
    return std::nullopt;
  }
  return static_cast<int64_t>(real);
}

/// The JSON object in a token's part. The parser owns what `object` points into.
bool ReadPart(std::string_view part, simdjson::dom::parser& parser, simdjson::dom::object& object) {
  std::string json(Base64DecodedBound(part.size()), '\0');
  const std::optional<size_t> size = DecodeBase64Url(part, json.data());
  return size && parser.parse(json.data(), *size, true).get(object) == simdjson::SUCCESS;
}

}  // namespace

/// HMAC-SHA256 (RFC 2104) with the key's schedule computed once.
class UserToken::Signer {
 public:
  explicit Signer(std::string_view key)
      : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr), &EVP_MAC_free),
        context_(mac_ ? EVP_MAC_CTX_new(mac_.get()) : nullptr, &EVP_MAC_CTX_free) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    if (context_ == nullptr ||
        EVP_MAC_init(context_.get(), reinterpret_cast<const uint8_t*>(key.data()), key.size(), parameters) != 1) {
      throw std::runtime_error("OpenSSL does not offer HMAC-SHA256");
    }
  }

  /// Nothing when OpenSSL fails.
  std::optional<Signature> Sign(std::string_view text) {
    Signature signature;
    size_t size = 0;
    const bool good =
        EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
        EVP_MAC_update(context_.get(), reinterpret_cast<const uint8_t*>(text.data()), text.size()) == 1 &&
        EVP_MAC_final(context_.get(), reinterpret_cast<uint8_t*>(signature.data()), &size, signature.size()) == 1;
    if (!good || size != signature.size()) return std::nullopt;
    return signature;
  }

 private:
  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac_;
  std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context_;
};

UserToken::UserToken(std::string_view key, std::string_view issuer)
    : signer_(std::make_unique<Signer>(key)), issuer_json_(JsonLiteral(issuer)) {}
UserToken::UserToken(UserToken&&) noexcept = default;
UserToken& UserToken::operator=(UserToken&&) noexcept = default;
UserToken::~UserToken() = default;

std::string UserToken::Encode(const UserClaims& claims) const {
  constexpr int64_t kDefaultLifetimeSeconds = 24 * 3600;
  const int64_t expires =
      claims.expires_unix_s != 0 ? claims.expires_unix_s : claims.issued_at_unix_s + kDefaultLifetimeSeconds;
  fmt::memory_buffer json;
  fmt::format_to(std::back_inserter(json), R"({{"biz_id":{},"exp":{},"iat":{},"iss":{},"user_id":{}}})", claims.biz_id,
                 expires, claims.issued_at_unix_s, issuer_json_, claims.user_id);
  std::string token;
  token.reserve(kHeader.size() + Base64Size(json.size()) + 1 + Base64Size(kSignatureBytes));
  token = kHeader;
  AppendBase64Url({json.data(), json.size()}, token);
  const std::optional<Signature> signature = signer_->Sign(token);
  if (!signature) throw std::runtime_error("OpenSSL failed to sign a user token");
  token += '.';
  AppendBase64Url({signature->data(), signature->size()}, token);
  return token;
}

absl::StatusOr<UserClaims> UserToken::Decode(std::string_view token, int64_t now_unix_s) const {
  const size_t first_dot = token.find('.');
  const size_t last_dot = token.rfind('.');
  if (token.size() > kMaxTokenBytes || first_dot == last_dot) return Refused("not three parts");
  const std::string_view header = token.substr(0, first_dot);
  const std::string_view claims = token.substr(first_dot + 1, last_dot - first_dot - 1);
  const std::string_view signature = token.substr(last_dot + 1);

  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view algorithm;
  if (!ReadPart(header, parser, object)) return Refused("the header is not a JSON object in base64url");
  if (object["alg"].get(algorithm) || algorithm != "HS256") return Refused("the algorithm is not HS256");
  // RFC 7515 section 4.1.11: an extension that is not understood must be refused.
  if (object["crit"].error() != simdjson::NO_SUCH_FIELD) return Refused("it has critical extensions");

  std::array<char, Base64DecodedBound(Base64Size(kSignatureBytes))> given;
  const std::optional<size_t> given_size =
      signature.size() <= Base64Size(kSignatureBytes) ? DecodeBase64Url(signature, given.data()) : std::nullopt;
  const std::optional<Signature> wanted = signer_->Sign(token.substr(0, last_dot));
  if (!wanted || given_size != kSignatureBytes || CRYPTO_memcmp(given.data(), wanted->data(), kSignatureBytes) != 0) {
    return Refused("the signature does not fit");
  }

  if (!ReadPart(claims, parser, object)) return Refused("the claims are not a JSON object in base64url");
  const std::optional<int64_t> user_id = ReadInteger(object, "user_id");
  const std::optional<int64_t> biz_id = ReadInteger(object, "biz_id");
  const std::optional<int64_t> issued_at = ReadInteger(object, "iat");
  const std::optional<int64_t> expires = ReadInteger(object, "exp");
  std::string_view issuer;
  if (!user_id || !biz_id || !issued_at || !expires || object["iss"].get(issuer)) {
    return Refused("a claim of user_id, biz_id, iat, exp and iss is missing or of the wrong type");
  }
  if (now_unix_s >= *expires) return Refused("it has expired");
  return UserClaims{.user_id = *user_id,
                    .biz_id = *biz_id,
                    .issuer = std::string(issuer),
                    .issued_at_unix_s = *issued_at,
                    .expires_unix_s = *expires};
}

}  // namespace wsload
