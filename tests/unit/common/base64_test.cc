#include "common/util/base64.h"

#include <google/protobuf/stubs/strutil.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace wsload {
namespace {

std::string Standard(std::string_view bytes) {
  std::string text(Base64Size(bytes.size()), '?');
  EXPECT_EQ(EncodeBase64(bytes, text.data()), text.data() + text.size());
  return text;
}

std::string Url(std::string_view bytes) {
  std::string text(Base64Size(bytes.size()), '?');
  text.resize(static_cast<size_t>(EncodeBase64Url(bytes, text.data()) - text.data()));
  return text;
}

std::optional<std::string> Decoded(std::string_view text, std::optional<size_t> (*decode)(std::string_view, char*)) {
  std::string bytes(Base64DecodedBound(text.size()), '?');
  const std::optional<size_t> size = decode(text, bytes.data());
  if (!size) return std::nullopt;
  bytes.resize(*size);
  return bytes;
}

TEST(Base64Test, Rfc4648Section10) {
  const std::pair<const char*, const char*> kCases[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kCases) {
    EXPECT_EQ(Standard(bytes), text);
    EXPECT_EQ(Decoded(text, DecodeBase64), bytes);
  }
}

TEST(Base64Test, AgreesWithProtobufOnRandomBytes) {
  std::mt19937_64 random(1);
  for (size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string standard;
    std::string url;
    google::protobuf::Base64Escape(bytes, &standard);
    google::protobuf::WebSafeBase64Escape(bytes, &url);
    EXPECT_EQ(Standard(bytes), standard);
    EXPECT_EQ(Url(bytes), url);
    EXPECT_EQ(Decoded(standard, DecodeBase64), bytes);
    EXPECT_EQ(Decoded(url, DecodeBase64), bytes);
    EXPECT_EQ(Decoded(url, DecodeBase64Url), bytes);
  }
}

TEST(Base64Test, EveryOtherCharacterIsRefused) {
  constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int c = 0; c < 256; ++c) {
    const char character = static_cast<char>(c);
    const bool url = kUrl.find(character) != std::string_view::npos;
    const bool any = url || character == '+' || character == '/';
    for (size_t at = 0; at < 8; ++at) {
      std::string text = "AAAAAAAA";
      text[at] = character;
      EXPECT_EQ(Decoded(text, DecodeBase64Url).has_value(), url) << c;
      EXPECT_EQ(Decoded(text, DecodeBase64).has_value(), any || (character == '=' && at == 7)) << c << " at " << at;
    }
  }
}

TEST(Base64Test, OneSpellingOnly) {
  EXPECT_EQ(Decoded("QQ==", DecodeBase64Url), std::nullopt);  // RFC 7515: no padding
  EXPECT_EQ(Decoded("QR", DecodeBase64Url), std::nullopt);    // bits behind the last byte
  EXPECT_EQ(Decoded("QUJ", DecodeBase64Url), std::nullopt);
  EXPECT_EQ(Decoded("+_+_", DecodeBase64), std::nullopt);  // both alphabets
}

}  // namespace
}  // namespace wsload
