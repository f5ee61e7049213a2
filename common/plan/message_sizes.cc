#include "common/plan/message_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "common/util/int128.h"
#include "common/util/local_error.h"
#include "common/util/size_text.h"
#include "common/util/split_mix.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kMix = "mix:";
constexpr std::string_view kExponential = "exp:";
constexpr int64_t kWhole = 1'000'000;
constexpr size_t kMostDecimals = 4;  // of a percentage: what a millionth has
/// Keeps its draws apart from what else is drawn by the same seed.
constexpr uint64_t kSalt = 0x73697a65;

absl::StatusOr<int64_t> ParseBytes(std::string_view text) {
  absl::StatusOr<int64_t> bytes = ParseSize(Trimmed(text));
  if (!bytes.ok()) return LocalInvalidArgument({"{}: {}", "{}：{}"}, Shown(text), bytes.status());
  if (*bytes <= MessageSizes::kMostBytes) return bytes;
  return LocalInvalidArgument({"{}: a message has at most {} bytes of text", "{}：一条消息的文本最多 {} 字节"},
                              Shown(text), MessageSizes::kMostBytes);
}

/// "0.5" percent in millionths.
std::optional<int64_t> ParsePercent(std::string_view text) {
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view decimals = point == text.size() ? std::string_view() : text.substr(point + 1);
  if (decimals.size() > kMostDecimals || (point < text.size() && decimals.empty())) return std::nullopt;
  std::string digits(text.substr(0, point));
  digits += decimals;
  digits.append(kMostDecimals - decimals.size(), '0');
  int64_t millionths = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), millionths);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (point == 0 || !whole || millionths <= 0 || millionths > kWhole) return std::nullopt;
  return millionths;
}

std::string PercentText(int64_t millionths) {
  std::string text = fmt::format("{}.{:04}", millionths / 10'000, millionths % 10'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

MessageSizes MessageSizes::Constant(int64_t bytes) {
  MessageSizes sizes;
  sizes.parts_.push_back({bytes, kWhole, std::numeric_limits<uint64_t>::max()});
  sizes.text_ = FormatSize(bytes);
  return sizes;
}

absl::StatusOr<MessageSizes> MessageSizes::Parse(std::string_view text) {
  text = Trimmed(text);
  if (text.empty()) return MessageSizes();
  if (text.starts_with(kMix)) return ParseMix(text.substr(kMix.size()));
  if (text.starts_with(kExponential)) return ParseExponential(text.substr(kExponential.size()));
  if (text.find_first_of(":%,") != std::string_view::npos) {
    return LocalInvalidArgument({"{}: want a size, mix: or exp:; for example 100, mix:90%100,10%1k or exp:2k",
                                 "{}：应为大小、mix: 或 exp:；例如 100、mix:90%100,10%1k 或 exp:2k"},
                                Shown(text));
  }
  const absl::StatusOr<int64_t> bytes = ParseBytes(text);
  if (!bytes.ok()) return bytes.status();
  return Constant(*bytes);
}

absl::StatusOr<MessageSizes> MessageSizes::ParseMix(std::string_view text) {
  MessageSizes sizes;
  sizes.text_ = kMix;
  int64_t sum = 0;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view written = Trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    const size_t sign = written.find('%');
    const std::optional<int64_t> millionths =
        sign == std::string_view::npos ? std::nullopt : ParsePercent(written.substr(0, sign));
    if (!millionths.has_value()) {
      return LocalInvalidArgument({"{}: want a share of the messages and their size; for example 90%100 or 0.5%64k",
                                   "{}：应为消息的占比和大小；例如 90%100 或 0.5%64k"},
                                  Shown(written));
    }
    const absl::StatusOr<int64_t> bytes = ParseBytes(written.substr(sign + 1));
    if (!bytes.ok()) return bytes.status();
    if (sizes.parts_.size() == kMostParts) {
      return LocalInvalidArgument({"at most {} sizes in a mix", "一个 mix 中最多 {} 种大小"}, kMostParts);
    }
    sum += *millionths;
    const Uint128 until = (Uint128{1} << 64) * static_cast<Uint128>(std::min(sum, kWhole)) / kWhole - 1;
    sizes.text_ +=
        fmt::format("{}{}%{}", sizes.parts_.empty() ? "" : ",", PercentText(*millionths), FormatSize(*bytes));
    sizes.parts_.push_back({*bytes, *millionths, static_cast<uint64_t>(until)});
  }
  if (sum == kWhole) return sizes;
  return LocalInvalidArgument({"the shares make {}%, and must make 100%; for example mix:90%100,9%1k,1%64k",
                               "各占比合计 {}%，必须为 100%；例如 mix:90%100,9%1k,1%64k"},
                              PercentText(sum));
}

absl::StatusOr<MessageSizes> MessageSizes::ParseExponential(std::string_view text) {
  const absl::StatusOr<int64_t> mean = ParseBytes(text);
  if (!mean.ok()) return mean.status();
  if (*mean < 1 || *mean > kMostBytes / kMostMeans) {
    return LocalInvalidArgument(
        {"exp:{}: a mean is from 1 to {} bytes; for example exp:2k", "exp:{}：平均值须为 1 到 {} 字节；例如 exp:2k"},
        Shown(text), kMostBytes / kMostMeans);
  }
  MessageSizes sizes;
  sizes.exponential_bytes_ = *mean;
  sizes.text_ = fmt::format("{}{}", kExponential, FormatSize(*mean));
  return sizes;
}

int64_t MessageSizes::smallest() const {
  if (exponential_bytes_ > 0) return least_bytes_;
  int64_t bytes = parts_.front().bytes;
  for (const Part& part : parts_) bytes = std::min(bytes, part.bytes);
  return bytes;
}

int64_t MessageSizes::largest() const {
  if (exponential_bytes_ > 0) return std::max(least_bytes_, exponential_bytes_ * kMostMeans);
  int64_t bytes = 0;
  for (const Part& part : parts_) bytes = std::max(bytes, part.bytes);
  return bytes;
}

int64_t MessageSizes::mean() const {
  if (exponential_bytes_ > 0) {
    const auto mean = static_cast<double>(exponential_bytes_);
    const auto least = static_cast<double>(least_bytes_);
    return std::llround(least + mean * std::exp(-least / mean));
  }
  int64_t sum = 0;
  for (const Part& part : parts_) sum += part.bytes * part.millionths;
  return (sum + kWhole / 2) / kWhole;
}

MessageSizes MessageSizes::DrawnFrom(int64_t bytes) const {
  MessageSizes sizes = *this;
  if (exponential_bytes_ > 0) sizes.least_bytes_ = bytes;
  return sizes;
}

int64_t MessageSizes::DrawOther(uint64_t seed, int64_t number) const {
  const uint64_t draw = SplitMixed(SplitMixed(seed ^ kSalt) + (static_cast<uint64_t>(number) + 1) * kSplitMixStep);
  if (exponential_bytes_ > 0) {
    // In (0, 1], by the 53 bits that a double has.
    const double chance = static_cast<double>((draw >> 11) + 1) * 0x1p-53;
    const int64_t bytes = std::llround(-std::log(chance) * static_cast<double>(exponential_bytes_));
    return std::clamp(bytes, least_bytes_, largest());
  }
  size_t part = 0;
  while (draw > parts_[part].until) ++part;
  return parts_[part].bytes;
}

}  // namespace wsload
