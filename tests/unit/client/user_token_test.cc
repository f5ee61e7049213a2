// Tokens are taken only as RFC 7519 and RFC 7515 have them, and only ours.
#include "agent/client/user_token.h"

#include <google/protobuf/stubs/strutil.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

namespace wsload {
namespace {

constexpr char kKey[] = "tokqi017kqczcj0qvu6zg9zsyjtc0q0b";
constexpr int64_t kNow = 1700000000;

std::string Base64Url(std::string_view bytes) {
  std::string text;
  google::protobuf::WebSafeBase64Escape(reinterpret_cast<const unsigned char*>(bytes.data()),
                                        static_cast<int>(bytes.size()), &text, false);
  return text;
}

/// A well signed token of any header and claims, made without the code under test.
std::string Signed(std::string_view header, std::string_view claims, std::string_view key = kKey) {
  std::string token = Base64Url(header) + "." + Base64Url(claims);
  unsigned char signature[32];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(token.data()),
       token.size(), signature, &size);
  return token + "." + Base64Url({reinterpret_cast<const char*>(signature), size});
}

constexpr char kHeader[] = R"({"alg":"HS256","typ":"JWT"})";
constexpr char kClaims[] = R"({"biz_id":9999,"exp":1700086400,"iat":1700000000,"iss":"mock","user_id":10000})";

class UserTokenTest : public testing::Test {
 protected:
  absl::StatusCode Decode(const std::string& token, int64_t now = kNow) const {
    return token_.Decode(token, now).status().code();
  }

  const UserToken token_{kKey, "mock"};
  const UserClaims claims_{
      .user_id = 10000, .biz_id = 9999, .issuer = "mock", .issued_at_unix_s = kNow, .expires_unix_s = kNow + 86400};
};

TEST_F(UserTokenTest, EncodesAsSignedByOpenSsl) {
  EXPECT_EQ(token_.Encode(claims_), Signed(kHeader, kClaims));
  EXPECT_EQ(token_.Encode(claims_), Signed(kHeader, kClaims)) << "the key must outlive the first token";
}

TEST_F(UserTokenTest, ExpiresADayAfterItsIssueByDefault) {
  UserClaims claims = claims_;
  claims.expires_unix_s = 0;
  EXPECT_EQ(token_.Encode(claims), token_.Encode(claims_));
}

TEST_F(UserTokenTest, TheIssuerIsTheObjects) {
  UserClaims claims = claims_;
  claims.issuer = "someone else";
  EXPECT_EQ(token_.Encode(claims), token_.Encode(claims_));
}

TEST_F(UserTokenTest, IssuersAreEscapedAsGoDoes) {
  const UserToken token(kKey, "a\"b\\c<d>&\n\x01\u2028\u2029\u2027ä");
  EXPECT_EQ(token.Encode(claims_), Signed(kHeader, R"({"biz_id":9999,"exp":1700086400,"iat":1700000000,)"
                                                   R"("iss":"a\"b\\c\u003cd\u003e\u0026\n\u0001\u2028\u2029)"
                                                   "\u2027ä\",\"user_id\":10000}"));
  EXPECT_EQ(token.Decode(token.Encode(claims_), kNow)->issuer, "a\"b\\c<d>&\n\x01\u2028\u2029\u2027ä");
}

TEST_F(UserTokenTest, AnEmptyOrLongKeySigns) {
  for (const std::string& key : {std::string(), std::string("k"), std::string(200, 'k')}) {
    EXPECT_EQ(UserToken(key, "mock").Encode(claims_), Signed(kHeader, kClaims, key)) << key.size();
  }
}

TEST_F(UserTokenTest, DecodesWhatOthersPrint) {
  EXPECT_EQ(
      token_
          .Decode(Signed(R"( {"typ":"JWT", "alg":"HS256", "kid":"1"} )",
                         R"({"user_id":1e4,"x":[{}],"iss":"mock","iat":1.7e9, "exp":1700086400.0,"biz_id":9999})"),
                  kNow)
          .value(),
      claims_);
  EXPECT_EQ(Decode(Signed(R"({"alg":"HS256"})", kClaims)), absl::StatusCode::kOk);
}

TEST_F(UserTokenTest, ExpiryIsExclusive) {
  const std::string token = token_.Encode(claims_);
  EXPECT_EQ(Decode(token, kNow + 86399), absl::StatusCode::kOk);
  EXPECT_EQ(Decode(token, kNow + 86400), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(token_.Decode(token, kNow + 86400).status().message(), "user token refused: it has expired");
}

TEST_F(UserTokenTest, OtherAlgorithmsAreRefused) {
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})",
                             R"({"alg":"RS256"})", R"({"alg":""})", R"({"alg":null})", R"({"alg":["HS256"]})",
                             R"({"typ":"JWT"})", R"({"alg":"HS256","crit":["exp"]})", "{}", "[]", "", "x"}) {
    EXPECT_EQ(Decode(Signed(header, kClaims)), absl::StatusCode::kUnauthenticated) << header;
  }
  EXPECT_EQ(Decode(Base64Url(R"({"alg":"none"})") + "." + Base64Url(kClaims) + "."),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(UserTokenTest, AnotherKeyIsRefused) {
  const auto decoded = token_.Decode(Signed(kHeader, kClaims, "another key"), kNow);
  EXPECT_EQ(decoded.status().message(), "user token refused: the signature does not fit");
}

TEST_F(UserTokenTest, EveryOtherCharacterAnywhereIsRefused) {
  const std::string token = token_.Encode(claims_);
  for (size_t at = 0; at < token.size(); ++at) {
    for (const char c : {'A', 'B', 'b', '9', '-', '.', '=', ' ', '\0', '\xff'}) {
      std::string damaged = token;
      damaged[at] = c;
      if (damaged == token) continue;
      EXPECT_EQ(Decode(damaged), absl::StatusCode::kUnauthenticated) << at << ": " << c;
    }
    EXPECT_EQ(Decode(token.substr(0, at)), absl::StatusCode::kUnauthenticated) << at;
  }
  EXPECT_EQ(Decode(token + "A"), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Decode(token + "="), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Decode(token + "."), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Decode("." + token), absl::StatusCode::kUnauthenticated);
}

TEST_F(UserTokenTest, BadShapesAreRefused) {
  for (const char* token : {"", ".", "..", "...", "a.b.c", "a..c", "no dots"}) {
    EXPECT_EQ(Decode(token), absl::StatusCode::kUnauthenticated) << token;
  }
  EXPECT_EQ(Decode(std::string(1 << 20, '.')), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Decode(Signed(kHeader, std::string(10000, ' ') + kClaims)), absl::StatusCode::kUnauthenticated);
}

TEST_F(UserTokenTest, EveryClaimIsWantedAndOfItsType) {
  for (const char* claims : {
           R"({"exp":1700086400,"iat":1700000000,"iss":"mock","user_id":10000})",
           R"({"biz_id":9999,"iat":1700000000,"iss":"mock","user_id":10000})",
           R"({"biz_id":9999,"exp":1700086400,"iss":"mock","user_id":10000})",
           R"({"biz_id":9999,"exp":1700086400,"iat":1700000000,"user_id":10000})",
           R"({"biz_id":9999,"exp":1700086400,"iat":1700000000,"iss":"mock"})",
           R"({"biz_id":9999,"exp":1700086400,"iat":1700000000,"iss":1,"user_id":10000})",
           R"({"biz_id":9999,"exp":"1700086400","iat":1700000000,"iss":"mock","user_id":10000})",
           R"({"biz_id":9999,"exp":1700086400,"iat":1700000000,"iss":"mock","user_id":1.5})",
           R"({"biz_id":9999,"exp":1e300,"iat":1700000000,"iss":"mock","user_id":1})",
           R"({"biz_id":9999,"exp":18446744073709551615,"iat":1700000000,"iss":"mock","user_id":1})",
           R"({"biz_id":null,"exp":1700086400,"iat":1700000000,"iss":"mock","user_id":1})",
           "[]",
           "",
       }) {
    EXPECT_EQ(Decode(Signed(kHeader, claims)), absl::StatusCode::kUnauthenticated) << claims;
  }
}

TEST_F(UserTokenTest, RefusalsNeverRepeatTheTokenOrTheKey) {
  const std::string token = Signed(kHeader, kClaims, "another key");
  const std::string message(token_.Decode(token, kNow).status().message());
  EXPECT_EQ(message.find(token.substr(0, 8)), std::string::npos);
  EXPECT_EQ(message.find(kKey), std::string::npos);
}

TEST_F(UserTokenTest, MovesWithItsKey) {
  UserToken first(kKey, "mock");
  const UserToken second(std::move(first));
  EXPECT_EQ(second.Encode(claims_), token_.Encode(claims_));
}

}  // namespace
}  // namespace wsload
