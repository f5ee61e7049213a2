#include "common/lives/lifetime.h"

#include <algorithm>
#include <cmath>

#include "common/lives/lot.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kExponential = "exp:";
constexpr std::string_view kUniform = "uniform:";

int64_t Nanoseconds(double ns) { return std::clamp<int64_t>(std::llround(std::min(ns, 9e18)), 1, Lifetime::kMostNs); }

/// Of mean 1.
double Exponential(uint64_t lot) { return -std::log1p(-UnitOf(lot)); }

}  // namespace

absl::StatusOr<Lifetime> Lifetime::Parse(std::string_view text) {
  Lifetime lifetime;
  std::string_view rest = Trimmed(text);
  if (rest.empty() || rest == "off") return lifetime;
  std::string_view low;
  if (rest.starts_with(kExponential)) {
    lifetime.kind_ = Kind::kExponential;
    rest.remove_prefix(kExponential.size());
  } else if (rest.starts_with(kUniform)) {
    lifetime.kind_ = Kind::kUniform;
    rest.remove_prefix(kUniform.size());
    const size_t dash = rest.find('-');
    low = rest.substr(0, dash);
    rest.remove_prefix(dash == std::string_view::npos ? rest.size() : dash + 1);
  }
  const absl::StatusOr<int64_t> high_ns = ParseDuration(Trimmed(rest));
  const absl::StatusOr<int64_t> low_ns = lifetime.kind_ == Kind::kUniform ? ParseDuration(Trimmed(low)) : 0;
  if (!high_ns.ok() || !low_ns.ok() || *low_ns < 0 || *high_ns <= 0 || *high_ns < *low_ns || *high_ns > kMostNs) {
    return LocalInvalidArgument(
        {"want a duration of at most 720h, or how they are spread; for example 5m, exp:5m, "
         "uniform:1m-9m, or off",
         "应为不超过 720h 的时长或其分布；例如 5m、exp:5m、uniform:1m-9m，或 off"});
  }
  lifetime.low_ns_ = *low_ns;
  lifetime.high_ns_ = *high_ns;
  return lifetime;
}

std::string Lifetime::text() const {
  if (endless()) return {};
  switch (kind_) {
    case Kind::kConstant:
      break;
    case Kind::kExponential:
      return std::string(kExponential) + FormatDuration(high_ns_);
    case Kind::kUniform:
      return fmt::format("{}{}-{}", kUniform, FormatDuration(low_ns_), FormatDuration(high_ns_));
  }
  return FormatDuration(high_ns_);
}

int64_t Lifetime::DrawNs(uint64_t lot) const {
  const auto high = static_cast<double>(high_ns_);
  const auto low = static_cast<double>(low_ns_);
  switch (kind_) {
    case Kind::kConstant:
      break;
    case Kind::kExponential:
      return Nanoseconds(high * Exponential(lot));
    case Kind::kUniform:
      return Nanoseconds(low + (high - low) * UnitOf(lot));
  }
  return high_ns_;
}

int64_t Lifetime::DrawRestNs(uint64_t lot, uint64_t another_lot) const {
  const auto high = static_cast<double>(high_ns_);
  const auto low = static_cast<double>(low_ns_);
  switch (kind_) {
    case Kind::kConstant:
      break;
    case Kind::kExponential:
      return DrawNs(lot);  // it has no memory
    case Kind::kUniform: {
      // A life is met in proportion to its length, and somewhere in it.
      const double life = std::sqrt(low * low + (high * high - low * low) * UnitOf(another_lot));
      return Nanoseconds(life * UnitOf(lot));
    }
  }
  return Nanoseconds(high * UnitOf(lot));
}

}  // namespace wsload
