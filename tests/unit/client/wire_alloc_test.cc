// The message path allocates nothing once its buffers have grown. A program of
// its own, because it replaces OpenSSL's allocator.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <string>

#include "agent/client/body_cipher.h"
#include "agent/client/message_codec.h"
#include "agent/client/pending_acks.h"
#include "agent/load/sized_text.h"
#include "tests/support/count_allocations.h"

namespace {

void* CountedMalloc(size_t size, const char*, int) {
  wsload::CountAllocation();
  return std::malloc(size);
}

void* CountedRealloc(void* memory, size_t size, const char*, int) {
  wsload::CountAllocation();
  return std::realloc(memory, size);
}

void UncountedFree(void* memory, const char*, int) { std::free(memory); }

// OpenSSL takes an allocator only before its first allocation.
const bool kOpenSslCounts = CRYPTO_set_mem_functions(CountedMalloc, CountedRealloc, UncountedFree) == 1;

}  // namespace

namespace wsload {
namespace {

constexpr char kKey[] = "1234567890abcdef1234567890abcdef";
constexpr size_t kSizes[] = {2000, 1, 100, 0, 1999, 300};  // the longest first: everything has grown after it

/// Allocations of `body` once it has run for a while.
template <typename Body>
int64_t AllocationsOf(const Body& body) {
  // The random generator's block of nonces must have been refilled on the way, too.
  for (int i = 0; i < 100; ++i) body();
  const int64_t before = ThreadAllocations();
  for (int i = 0; i < 1000; ++i) body();
  return ThreadAllocations() - before;
}

TEST(WireAllocTest, TheCountersCount) {
  EXPECT_TRUE(kOpenSslCounts);
  const int64_t before = ThreadAllocations();
  OPENSSL_free(OPENSSL_malloc(1));
  EXPECT_EQ(ThreadAllocations(), before + 1);
  std::string text;
  text.reserve(100);
  EXPECT_EQ(ThreadAllocations(), before + 2);
}

TEST(WireAllocTest, Codecs) {
  for (const Serializer serializer : {Serializer::kJson, Serializer::kProto}) {
    const auto codec = NewMessageCodec(serializer);
    const std::string bytes(2000, '\xab');
    const std::string key = "0123456789abcdef\"\n";
    std::string wire;
    std::string padded(20000, '\0');
    EXPECT_EQ(AllocationsOf([&] {
                for (const size_t size : kSizes) {
                  const MessageView sent{
                      .cmd = Command::kUpstreamMessage, .key = key, .body = std::string_view(bytes).substr(0, size)};
                  codec->Encode(sent, wire);
                  wire.copy(padded.data(), wire.size());
                  MessageView received;
                  ASSERT_TRUE(codec->Decode({padded.data(), wire.size()}, received));
                  ASSERT_EQ(received.body, sent.body);
                  ASSERT_FALSE(codec->Decode({padded.data(), wire.size() - 1}, received));
                }
              }),
              0);
  }
}

TEST(WireAllocTest, Ciphers) {
  for (const CipherKind kind : {CipherKind::kNone, CipherKind::kAesGcm, CipherKind::kChaCha20Poly1305}) {
    const auto cipher = NewBodyCipher(kind, kKey).value();
    const std::string bytes(2000, '\xab');
    std::string sealed;
    std::string opened;
    EXPECT_EQ(AllocationsOf([&] {
                for (const size_t size : kSizes) {
                  const std::string_view plaintext = std::string_view(bytes).substr(0, size);
                  ASSERT_TRUE(cipher->Seal(plaintext, sealed));
                  ASSERT_TRUE(cipher->Open(sealed, opened));
                  ASSERT_EQ(opened, plaintext);
                }
              }),
              0);
  }
}

TEST(WireAllocTest, TextsOfAllSizes) {
  for (const Serializer serializer : {Serializer::kJson, Serializer::kProto}) {
    const auto codec = NewMessageCodec(serializer);
    for (const char* sizes : {"100", "mix:90%100,9%1k,1%64k", "exp:2k"}) {
      SizedText text(*MessageSizes::Parse(sizes), 7, codec.get());
      int64_t number = 0;
      EXPECT_EQ(AllocationsOf([&] { text.Of(number++); }), 0) << sizes;
    }
  }
}

TEST(WireAllocTest, MessagesSentAgain) {
  PendingAcks pending;
  PendingAcks::Owner owner, other;
  PendingAcks::Message message;
  EXPECT_EQ(AllocationsOf([&] {
              const uint64_t first = pending.Open(owner, 0, 0);
              pending.Open(other, 0, 0);
              pending.SendOldestAgain(other, 0);
              pending.KeepOldest(0);
              pending.SendOldestAgain(owner, 0);
              pending.Close(first, owner, message);
              pending.ExpireOldest();
            }),
            0);
  EXPECT_EQ(pending.open(), 0u);
}

}  // namespace
}  // namespace wsload
