// The ciphers against published known answers, and against damage.
#include "agent/client/body_cipher.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <memory>
#include <random>
#include <set>

#include "tests/unit/client/wire_vectors.h"

namespace wsload {
namespace {

constexpr char kKey[] = "1234567890abcdef1234567890abcdef";
constexpr CipherKind kBoth[] = {CipherKind::kAesGcm, CipherKind::kChaCha20Poly1305};

std::unique_ptr<BodyCipher> New(CipherKind kind, std::string_view key = kKey) {
  return NewBodyCipher(kind, key).value();
}

struct KnownAnswer {
  const char* name;
  CipherKind kind;
  std::string key;
  std::string nonce;
  std::string plaintext;
  std::string ciphertext;
  std::string tag;
};

std::vector<KnownAnswer> KnownAnswers() {
  const std::string zeros(16, '\0');
  const std::string nonce(12, '\0');
  return {
      // "The Galois/Counter Mode of Operation", appendix B, the test cases without additional data.
      {"GCM case 2", CipherKind::kAesGcm, zeros, nonce, zeros, FromHex("0388dace60b6a392f328c2b971b2fe78"),
       FromHex("ab6e47d42cec13bdf53a67b21257bddf")},
      {"GCM case 3", CipherKind::kAesGcm, FromHex("feffe9928665731c6d6a8f9467308308"),
       FromHex("cafebabefacedbaddecaf888"),
       FromHex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
               "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"),
       FromHex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
               "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"),
       FromHex("4d5c2af327cd64a62cf35abd2ba6fab4")},
      {"GCM case 8", CipherKind::kAesGcm, std::string(24, '\0'), nonce, zeros,
       FromHex("98e7247c07f0fe411c267e4384b0f600"), FromHex("2ff58d80033927ab8ef4d4587514f0fb")},
      {"GCM case 14", CipherKind::kAesGcm, std::string(32, '\0'), nonce, zeros,
       FromHex("cea7403d4d606b6e074ec5d3baf39d18"), FromHex("d0d1c8a799996bf0265b98b5d48ab919")},
      // RFC 8439 section 2.8.2. That example has additional data, which enters the tag only; this is the tag without.
      {"RFC 8439", CipherKind::kChaCha20Poly1305,
       FromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"), FromHex("070000004041424344454647"),
       "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
       "it.",
       FromHex(
           "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a"
           "9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9d"
           "e576d26586cec64b6116"),
       FromHex("6a23a4681fd59456aea1d29f82477216")},
  };
}

TEST(BodyCipherTest, OpensKnownAnswers) {
  for (const KnownAnswer& known : KnownAnswers()) {
    std::string plaintext;
    EXPECT_TRUE(New(known.kind, known.key)->Open(known.nonce + known.ciphertext + known.tag, plaintext)) << known.name;
    EXPECT_EQ(plaintext, known.plaintext) << known.name;
  }
}

/// OpenSSL's reading of a sealed body; nothing when it does not authenticate.
std::string OpenedByOpenSsl(const EVP_CIPHER* algorithm, std::string_view key, std::string_view sealed) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  const auto* bytes = reinterpret_cast<const uint8_t*>(sealed.data());
  const size_t size = sealed.size() - BodyCipher::kNonceBytes - BodyCipher::kTagBytes;
  std::string tag(sealed.substr(BodyCipher::kNonceBytes + size));
  std::string text(size + BodyCipher::kTagBytes, '\0');
  auto* out = reinterpret_cast<uint8_t*>(text.data());
  int written = 0;
  int rest = 0;
  EVP_DecryptInit_ex2(context.get(), algorithm, reinterpret_cast<const uint8_t*>(key.data()), bytes, nullptr);
  EVP_DecryptUpdate(context.get(), out, &written, bytes + BodyCipher::kNonceBytes, static_cast<int>(size));
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data());
  if (EVP_DecryptFinal_ex(context.get(), out + size, &rest) != 1) return "";
  text.resize(size);
  return text;
}

TEST(BodyCipherTest, OpenSslOpensWhatItSealed) {
  struct Case {
    CipherKind kind;
    size_t key_bytes;
    const EVP_CIPHER* algorithm;
  };
  const Case cases[] = {{CipherKind::kAesGcm, 16, EVP_aes_128_gcm()},
                        {CipherKind::kAesGcm, 24, EVP_aes_192_gcm()},
                        {CipherKind::kAesGcm, 32, EVP_aes_256_gcm()},
                        {CipherKind::kChaCha20Poly1305, 32, EVP_chacha20_poly1305()}};
  std::mt19937 random(7);
  for (const Case& test : cases) {
    std::string key(test.key_bytes, '\0');
    for (char& c : key) c = static_cast<char>(random());
    const auto cipher = New(test.kind, key);
    std::string sealed;
    for (size_t size = 1; size < 600; ++size) {
      std::string text(size, '\0');
      for (char& c : text) c = static_cast<char>(random());
      ASSERT_TRUE(cipher->Seal(text, sealed));
      ASSERT_EQ(OpenedByOpenSsl(test.algorithm, key, sealed), text) << size << " bytes, key of " << test.key_bytes;
    }
  }
}

TEST(BodyCipherTest, OpensWhatItSealed) {
  for (const CipherKind kind : kBoth) {
    const auto sealer = New(kind);
    const auto opener = New(kind);
    std::string sealed;
    std::string plaintext;
    for (size_t size : {1, 2, 15, 16, 17, 63, 64, 65, 1000, 70000, 3}) {
      const std::string text(size, 'x');
      ASSERT_TRUE(sealer->Seal(text, sealed));
      EXPECT_EQ(sealed.size(), BodyCipher::kNonceBytes + size + BodyCipher::kTagBytes);
      ASSERT_TRUE(opener->Open(sealed, plaintext));
      EXPECT_EQ(plaintext, text);
    }
  }
}

TEST(BodyCipherTest, AnEmptyBodyStaysEmpty) {
  for (const CipherKind kind : {CipherKind::kNone, CipherKind::kAesGcm, CipherKind::kChaCha20Poly1305}) {
    const auto cipher = New(kind);
    std::string out = "before";
    EXPECT_TRUE(cipher->Seal("", out));
    EXPECT_EQ(out, "");
    out = "before";
    EXPECT_TRUE(cipher->Open("", out));
    EXPECT_EQ(out, "");
  }
}

TEST(BodyCipherTest, ASealedEmptyBodyOpens) {
  std::string plaintext = "before";
  // GCM case 1: the tag of nothing.
  EXPECT_TRUE(New(CipherKind::kAesGcm, std::string(16, '\0'))
                  ->Open(std::string(12, '\0') + FromHex("58e2fccefa7e3061367f1d57a4e7455a"), plaintext));
  EXPECT_EQ(plaintext, "");
}

TEST(BodyCipherTest, NoncesDoNotRepeat) {
  for (const CipherKind kind : kBoth) {
    const auto cipher = New(kind);
    std::set<std::string> nonces;
    std::string sealed;
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(cipher->Seal("x", sealed));
      EXPECT_TRUE(nonces.insert(sealed.substr(0, BodyCipher::kNonceBytes)).second);
    }
    ASSERT_TRUE(New(kind)->Seal("x", sealed));
    EXPECT_FALSE(nonces.contains(sealed.substr(0, BodyCipher::kNonceBytes)));
  }
}

TEST(BodyCipherTest, EveryFlippedBitAndEveryTruncationIsRefused) {
  for (const CipherKind kind : kBoth) {
    const auto cipher = New(kind);
    std::string sealed;
    std::string plaintext;
    ASSERT_TRUE(cipher->Seal("hello", sealed));
    for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      std::string damaged = sealed;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
      EXPECT_FALSE(cipher->Open(damaged, plaintext)) << "bit " << bit;
      EXPECT_EQ(plaintext, "") << "bit " << bit;
    }
    for (size_t size = 1; size < sealed.size(); ++size) {
      EXPECT_FALSE(cipher->Open(std::string_view(sealed).substr(0, size), plaintext)) << size;
    }
    EXPECT_FALSE(cipher->Open(sealed + "x", plaintext));
    ASSERT_TRUE(cipher->Open(sealed, plaintext)) << "a refusal must not spoil the next message";
    EXPECT_EQ(plaintext, "hello");
  }
}

TEST(BodyCipherTest, AnotherKeyOrAlgorithmIsRefused) {
  std::string sealed;
  std::string plaintext;
  ASSERT_TRUE(New(CipherKind::kAesGcm)->Seal("hello", sealed));
  EXPECT_FALSE(New(CipherKind::kAesGcm, "1234567890abcdef1234567890abcdeF")->Open(sealed, plaintext));
  EXPECT_FALSE(New(CipherKind::kAesGcm, std::string_view(kKey).substr(0, 16))->Open(sealed, plaintext));
  EXPECT_FALSE(New(CipherKind::kChaCha20Poly1305)->Open(sealed, plaintext));
}

TEST(BodyCipherTest, NoneLetsBodiesPass) {
  const auto cipher = NewBodyCipher(CipherKind::kNone, "");
  ASSERT_TRUE(cipher.ok());
  std::string out;
  ASSERT_TRUE((*cipher)->Seal("hello", out));
  EXPECT_EQ(out, "hello");
  ASSERT_TRUE((*cipher)->Open("world", out));
  EXPECT_EQ(out, "world");
}

TEST(BodyCipherTest, KeyLengthsAreNamedAndKeysAreNot) {
  for (size_t size : {0, 1, 15, 17, 23, 25, 31, 33, 64}) {
    const std::string key(size, 'K');
    const auto aes = NewBodyCipher(CipherKind::kAesGcm, key);
    EXPECT_EQ(aes.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(aes.status().message(), "cipher key has " + std::to_string(size) + " bytes; aes wants 16, 24 or 32");
    const auto chacha = NewBodyCipher(CipherKind::kChaCha20Poly1305, key);
    EXPECT_EQ(chacha.status().message(),
              "cipher key has " + std::to_string(size) + " bytes; chacha20poly1305 wants 32");
  }
  EXPECT_FALSE(NewBodyCipher(CipherKind::kChaCha20Poly1305, std::string(16, 'K')).ok());
}

}  // namespace
}  // namespace wsload
