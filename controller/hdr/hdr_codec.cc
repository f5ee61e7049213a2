#include "controller/hdr/hdr_codec.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "common/util/base64.h"
#include "common/util/check.h"
#include "common/util/local_error.h"
#include "common/util/saturating.h"

namespace wsload {
namespace {

// The low byte's 0x10 says that counts are zigzag LEB128 words of up to 9 bytes.
constexpr uint32_t kPlainCookie = 0x1c849313;
constexpr uint32_t kDeflatedCookie = 0x1c849314;
// Without what is counted: cookie, length of the counts, normalizing offset, digits, lowest, highest, value ratio.
constexpr size_t kHeadBytes = 40;
constexpr size_t kDeflatedHeadBytes = 8;
/// A count of every bucket, in the longest form.
constexpr size_t kMostBytes = kHeadBytes + (size_t{1} << 16) * 9;

template <typename Unsigned>
void PutBigEndian(std::string& out, Unsigned value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

template <typename Unsigned>
Unsigned BigEndianAt(std::string_view bytes, size_t at) {
  Unsigned value = 0;
  for (size_t i = 0; i < sizeof value; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

void PutZigZag(std::string& out, int64_t value) {
  uint64_t bits = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  // The ninth byte has eight bits.
  for (int byte = 0; byte < 8 && bits >= 0x80; ++byte, bits >>= 7) out.push_back(static_cast<char>(bits | 0x80));
  out.push_back(static_cast<char>(bits));
}

/// Takes a word from the front; nothing: there is no whole one.
std::optional<int64_t> TakeZigZag(std::string_view& bytes) {
  uint64_t bits = 0;
  for (size_t i = 0; i < 9 && i < bytes.size(); ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    const bool last = i == 8 || byte < 0x80;
    bits |= uint64_t{i == 8 ? byte : byte & 0x7fu} << (7 * i);
    if (!last) continue;
    bytes.remove_prefix(i + 1);
    return static_cast<int64_t>(bits >> 1 ^ (0 - (bits & 1)));
  }
  return std::nullopt;
}

std::string Plain(const Histogram& histogram) {
  std::string counts;
  int next = 0;
  histogram.ForEachBucket([&](int index, int64_t, uint64_t count) {
    // A run of empty buckets is one number below zero.
    if (index > next) PutZigZag(counts, next - index);
    PutZigZag(counts, static_cast<int64_t>(std::min<uint64_t>(count, std::numeric_limits<int64_t>::max())));
    next = index + 1;
  });
  std::string out;
  out.reserve(kHeadBytes + counts.size());
  PutBigEndian(out, kPlainCookie);
  PutBigEndian(out, static_cast<uint32_t>(counts.size()));
  PutBigEndian(out, uint32_t{0});
  PutBigEndian(out, uint32_t{Histogram::kSignificantDigits});
  PutBigEndian(out, static_cast<uint64_t>(Histogram::kLowestUs));
  PutBigEndian(out, static_cast<uint64_t>(Histogram::kHighestUs));
  PutBigEndian(out, std::bit_cast<uint64_t>(1.0));
  return out + counts;
}

std::string Deflated(std::string_view plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::string out(kDeflatedHeadBytes + size, '\0');
  const int done = compress(reinterpret_cast<Bytef*>(out.data() + kDeflatedHeadBytes), &size,
                            reinterpret_cast<const Bytef*>(plain.data()), static_cast<uLong>(plain.size()));
  WSLOAD_CHECK(done == Z_OK, "zlib cannot deflate {} bytes: {}", plain.size(), done);
  out.resize(kDeflatedHeadBytes + size);
  std::string head;
  PutBigEndian(head, kDeflatedCookie);
  PutBigEndian(head, static_cast<uint32_t>(size));
  out.replace(0, kDeflatedHeadBytes, head);
  return out;
}

absl::StatusOr<std::string> Inflated(std::string_view bytes) {
  if (bytes.size() < kDeflatedHeadBytes || BigEndianAt<uint32_t>(bytes, 0) != kDeflatedCookie) {
    return LocalInvalidArgument({"no histogram in the compressed V2 encoding", "不是压缩 V2 编码的直方图"});
  }
  if (BigEndianAt<uint32_t>(bytes, 4) != bytes.size() - kDeflatedHeadBytes)
    return LocalInvalidArgument({"it is cut short", "内容不完整"});
  bytes.remove_prefix(kDeflatedHeadBytes);
  // Most take few times their deflated size, and long logs have very many.
  std::string out;
  int done = Z_BUF_ERROR;
  for (size_t room = 4 * bytes.size() + kHeadBytes; done == Z_BUF_ERROR && out.size() < kMostBytes; room *= 4) {
    out.resize(std::min(room, kMostBytes));
    uLongf size = static_cast<uLongf>(out.size());
    done = uncompress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                      static_cast<uLong>(bytes.size()));
    if (done == Z_OK) out.resize(size);
  }
  if (done != Z_OK) return LocalInvalidArgument({"it does not inflate", "无法解压"});
  return out;
}

/// Histogram::Summary's parts that buckets tell.
Histogram::Summary SummaryOf(const std::vector<std::pair<int, uint64_t>>& buckets) {
  Histogram::Summary summary;
  if (buckets.empty()) return summary;
  const auto lowest = [](int index) { return std::max(Histogram::kLowestUs, Histogram::LowestInBucketUs(index)); };
  const auto highest = [](int index) { return std::min(Histogram::kHighestUs, Histogram::HighestInBucketUs(index)); };
  summary.min_us = lowest(buckets.front().first);
  summary.max_us = highest(buckets.back().first);
  for (const auto& [index, count] : buckets) {
    const int64_t middle = lowest(index) + (highest(index) - lowest(index)) / 2;
    summary.sum_us = SaturatingAdd(summary.sum_us, SaturatingMultiply(middle, static_cast<int64_t>(count)));
  }
  return summary;
}

absl::StatusOr<Histogram> FromPlain(std::string_view plain) {
  if (plain.size() < kHeadBytes || BigEndianAt<uint32_t>(plain, 0) != kPlainCookie) {
    return LocalInvalidArgument({"no histogram in the V2 encoding", "不是 V2 编码的直方图"});
  }
  // By how many places the counts are shifted: none, though the implementation for JavaScript always writes 1.
  const bool same = BigEndianAt<uint32_t>(plain, 8) <= 1 &&
                    BigEndianAt<uint32_t>(plain, 12) == uint32_t{Histogram::kSignificantDigits} &&
                    BigEndianAt<uint64_t>(plain, 16) == static_cast<uint64_t>(Histogram::kLowestUs);
  if (!same)
    return LocalInvalidArgument(
        {"another geometry: want 3 significant digits from 1 on", "几何不同：应为从 1 起的 3 位有效数字"});
  if (BigEndianAt<uint32_t>(plain, 4) != plain.size() - kHeadBytes)
    return LocalInvalidArgument({"its counts are cut short", "计数不完整"});
  std::string_view counts = plain.substr(kHeadBytes);
  std::vector<std::pair<int, uint64_t>> buckets;
  for (int64_t index = 0; !counts.empty();) {
    const std::optional<int64_t> word = TakeZigZag(counts);
    if (!word.has_value()) return LocalInvalidArgument({"its counts end within a number", "计数在数字中间中断"});
    const int64_t room = Histogram::BucketCount() - index;
    if (*word < 0 ? *word < -room : room == 0)
      return LocalInvalidArgument({"it has more buckets than 1 us to 1 h needs", "桶数超过 1 us 至 1 h 所需"});
    if (*word > 0) buckets.emplace_back(static_cast<int>(index), static_cast<uint64_t>(*word));
    index += *word < 0 ? -*word : 1;
  }
  Histogram histogram;
  absl::Status assigned = histogram.Assign(buckets, SummaryOf(buckets));
  if (!assigned.ok()) return assigned;
  return histogram;
}

}  // namespace

std::string EncodeHdr(const Histogram& histogram) {
  const std::string bytes = Deflated(Plain(histogram));
  std::string text(Base64Size(bytes.size()), '\0');
  EncodeBase64(bytes, text.data());
  return text;
}

absl::StatusOr<Histogram> DecodeHdr(std::string_view base64) {
  std::string bytes(Base64DecodedBound(base64.size()), '\0');
  const std::optional<size_t> size = DecodeBase64(base64, bytes.data());
  if (!size.has_value()) return LocalInvalidArgument({"no base64", "不是 base64"});
  bytes.resize(*size);
  const absl::StatusOr<std::string> plain = Inflated(bytes);
  if (!plain.ok()) return plain.status();
  return FromPlain(*plain);
}

}  // namespace wsload
