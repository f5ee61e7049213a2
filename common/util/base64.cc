#include "common/util/base64.h"

#include <array>
#include <cstdint>

#ifdef __x86_64__
#include <tmmintrin.h>
#endif

namespace wsload {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// A character's six bits, and above them what it says about the alphabet: the flags of a whole text are or-ed together
// and looked at once.
constexpr uint16_t kSixBits = 0x3f;
constexpr uint16_t kOnlyStandard = 0x100;
constexpr uint16_t kOnlyUrl = 0x200;
constexpr uint16_t kForeign = 0x400;

constexpr std::array<uint16_t, 256> kValues = [] {
  std::array<uint16_t, 256> values{};
  values.fill(kForeign);
  for (size_t i = 0; i < 64; ++i) {
    values[static_cast<uint8_t>(kStandard[i])] = static_cast<uint16_t>(i | (i < 62 ? 0 : kOnlyStandard));
    if (i >= 62) values[static_cast<uint8_t>(kUrl[i])] = static_cast<uint16_t>(i | kOnlyUrl);
  }
  return values;
}();

uint32_t Value(char c) { return kValues[static_cast<uint8_t>(c)]; }

uint32_t Byte(char c) { return static_cast<uint8_t>(c); }

#ifdef __x86_64__
/// Encodes 12 bytes a step while 16 can be read, with the byte shuffle of SSSE3; returns how many bytes that were.
/// After W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions", ACM TWEB 12 (2018).
[[gnu::target("ssse3")]] size_t EncodeBlocks(std::string_view bytes, std::string_view alphabet, char* out) {
  // Each lane of 32 bits gets the three bytes that its four characters come from.
  const __m128i spread = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  // What is to be added to a value for its character: of 0 to 25 at 13, of 26 to 51 at 0, of 52 and more from 1 on.
  const auto digits = static_cast<char>('0' - 52);
  const __m128i shifts =
      _mm_setr_epi8('a' - 26, digits, digits, digits, digits, digits, digits, digits, digits, digits, digits,
                    static_cast<char>(alphabet[62] - 62), static_cast<char>(alphabet[63] - 63), 'A', 0, 0);
  size_t done = 0;
  for (; bytes.size() - done >= 16; done += 12, out += 16) {
    const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + done));
    const __m128i in = _mm_shuffle_epi8(loaded, spread);
    // A multiplication of 16 bits shifts each half of a lane by a count of its own.
    const __m128i first_third =
        _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    const __m128i second_fourth =
        _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    const __m128i values = _mm_or_si128(first_third, second_fourth);
    const __m128i from_52 = _mm_subs_epu8(values, _mm_set1_epi8(51));
    const __m128i under_26 = _mm_and_si128(_mm_cmplt_epi8(values, _mm_set1_epi8(26)), _mm_set1_epi8(13));
    const __m128i shift = _mm_shuffle_epi8(shifts, _mm_or_si128(from_52, under_26));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_add_epi8(values, shift));
  }
  return done;
}

bool HasByteShuffle() {
  static const bool has = __builtin_cpu_supports("ssse3") != 0;
  return has;
}
#else
size_t EncodeBlocks(std::string_view, std::string_view, char*) { return 0; }
bool HasByteShuffle() { return false; }
#endif

char* Encode(std::string_view bytes, std::string_view alphabet, bool padded, char* out) {
  if (HasByteShuffle()) {
    const size_t done = EncodeBlocks(bytes, alphabet, out);
    bytes.remove_prefix(done);
    out += done / 3 * 4;
  }
  const char* in = bytes.data();
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, in += 3, out += 4) {
    const uint32_t bits = Byte(in[0]) << 16 | Byte(in[1]) << 8 | Byte(in[2]);
    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & kSixBits];
    out[2] = alphabet[bits >> 6 & kSixBits];
    out[3] = alphabet[bits & kSixBits];
  }
  if (left == 0) return out;
  const uint32_t bits = Byte(in[0]) << 16 | (left == 2 ? Byte(in[1]) << 8 : 0);
  *out++ = alphabet[bits >> 18];
  *out++ = alphabet[bits >> 12 & kSixBits];
  if (left == 2) *out++ = alphabet[bits >> 6 & kSixBits];
  if (padded) {
    *out++ = '=';
    if (left == 1) *out++ = '=';
  }
  return out;
}

/// `text` without padding; `flags` gets the or of all characters' flags, or kForeign when the text cannot be base64.
size_t Decode(std::string_view text, char* out, uint32_t& flags) {
  const char* in = text.data();
  const char* const start = out;
  size_t left = text.size();
  uint32_t seen = 0;
  for (; left >= 4; left -= 4, in += 4, out += 3) {
    const uint32_t a = Value(in[0]), b = Value(in[1]), c = Value(in[2]), d = Value(in[3]);
    seen |= a | b | c | d;
    const uint32_t bits = (a & kSixBits) << 18 | (b & kSixBits) << 12 | (c & kSixBits) << 6 | (d & kSixBits);
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
  }
  if (left == 1) {
    seen |= kForeign;
  } else if (left >= 2) {
    const uint32_t a = Value(in[0]), b = Value(in[1]), c = left == 3 ? Value(in[2]) : 0;
    seen |= a | b | c;
    const uint32_t bits = (a & kSixBits) << 18 | (b & kSixBits) << 12 | (c & kSixBits) << 6;
    if ((bits & (left == 3 ? 0xffu : 0xffffu)) != 0) seen |= kForeign;
    *out++ = static_cast<char>(bits >> 16);
    if (left == 3) *out++ = static_cast<char>(bits >> 8);
  }
  flags = seen;
  return static_cast<size_t>(out - start);
}

}  // namespace

char* EncodeBase64(std::string_view bytes, char* out) { return Encode(bytes, kStandard, true, out); }

char* EncodeBase64Url(std::string_view bytes, char* out) { return Encode(bytes, kUrl, false, out); }

std::optional<size_t> DecodeBase64(std::string_view text, char* out) {
  if (text.size() % 4 == 0 && text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  uint32_t flags = 0;
  const size_t size = Decode(text, out, flags);
  const bool mixed = (flags & kOnlyStandard) != 0 && (flags & kOnlyUrl) != 0;
  if (mixed || (flags & kForeign) != 0) return std::nullopt;
  return size;
}

std::optional<size_t> DecodeBase64Url(std::string_view text, char* out) {
  uint32_t flags = 0;
  const size_t size = Decode(text, out, flags);
  if ((flags & (kOnlyStandard | kForeign)) != 0) return std::nullopt;
  return size;
}

}  // namespace wsload
