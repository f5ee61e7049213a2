// A histogram in HdrHistogram's V2 encoding (hdrhistogram.org), deflated and in base64: as the log of intervals has it,
// and as HdrHistogram's implementations in other languages read it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/stats/histogram.h"

namespace wsload {

/// Our buckets are HdrHistogram's own for a lowest value of 1, a highest of kHighestUs and 3 significant digits, so
/// that every bucket's count arrives as it is. The encoding has no sum and no extremes.
std::string EncodeHdr(const Histogram& histogram);

/// Values are taken to be microseconds. The extremes are those of the buckets, the sum is that of their middles.
/// kInvalidArgument, one line about the text alone: it is none of these, or of another geometry.
absl::StatusOr<Histogram> DecodeHdr(std::string_view base64);

}  // namespace wsload
