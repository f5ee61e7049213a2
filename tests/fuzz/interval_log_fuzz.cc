// latency.hlog as anybody may have written it: its lines, and what is inside an encoded histogram, which no mutation of
// the deflated text would reach.
#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/base64.h"
#include "common/util/status.h"
#include "controller/hdr/hdr_codec.h"
#include "controller/hdr/interval_log.h"
#include "tests/fuzz/fuzz_check.h"

namespace wsload {
namespace {

template <typename T>
bool IsReadOrRefused(const absl::StatusOr<T>& read) {
  if (read.ok()) return true;
  FuzzCheck(read.status().code() == absl::StatusCode::kInvalidArgument, "another error than of the file");
  FuzzCheck(Text(read.status()).find('\n') == std::string_view::npos, "an error of several lines");
  return false;
}

/// All that the encoding has.
std::vector<std::pair<int, uint64_t>> Buckets(const Histogram& histogram) {
  std::vector<std::pair<int, uint64_t>> buckets;
  histogram.ForEachBucket([&](int index, int64_t, uint64_t count) { buckets.emplace_back(index, count); });
  return buckets;
}

void TryHistogram(std::string_view text) {
  const absl::StatusOr<Histogram> histogram = DecodeHdr(text);
  if (!IsReadOrRefused(histogram)) return;
  const absl::StatusOr<Histogram> again = DecodeHdr(EncodeHdr(*histogram));
  FuzzCheck(again.ok(), "what was decoded and encoded cannot be decoded");
  FuzzCheck(Buckets(*again) == Buckets(*histogram), "what was decoded and encoded is decoded as something else");
}

/// `plain` as a histogram's inner bytes.
std::string Wrapped(std::string_view plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::string bytes(8 + size, '\0');
  compress(reinterpret_cast<Bytef*>(bytes.data() + 8), &size, reinterpret_cast<const Bytef*>(plain.data()),
           static_cast<uLong>(plain.size()));
  bytes.resize(8 + size);
  constexpr uint8_t kCookie[] = {0x1c, 0x84, 0x93, 0x14};
  for (size_t i = 0; i < 4; ++i) {
    bytes[i] = static_cast<char>(kCookie[i]);
    bytes[4 + i] = static_cast<char>(size >> (24 - 8 * i));
  }
  std::string text(Base64Size(bytes.size()), '\0');
  EncodeBase64(bytes, text.data());
  return text;
}

void TryLog(std::string_view text) {
  const absl::StatusOr<IntervalLog> log = ReadIntervalLog(text);
  if (!IsReadOrRefused(log)) return;
  for (size_t i = 1; i < log->intervals.size(); ++i) {
    FuzzCheck(log->intervals[i - 1].span.start_s < log->intervals[i].span.start_s, "intervals out of their order");
  }
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  wsload::TryLog(input);
  wsload::TryHistogram(input);
  const std::string wrapped = wsload::Wrapped(input);
  wsload::TryHistogram(wrapped);
  wsload::TryLog("Tag=response,0.000,1.000,12.345," + wrapped + "\n");
  return 0;
}
