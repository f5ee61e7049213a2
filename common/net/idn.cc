#include "common/net/idn.h"

#include <arpa/inet.h>

#include <algorithm>
#include <clocale>
#include <cwctype>
#include <limits>
#include <optional>

#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxLabelLength = 63;

/// Of well-formed UTF-8.
std::u32string CodePoints(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t value = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length; ++k) value = value << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    out += value;
    i += length;
  }
  return out;
}

char32_t LowerCase(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  // What letters there are does not depend on the user's language.
  static const locale_t kUnicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kUnicode == nullptr ? c : static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), kUnicode));
}

bool IsDot(char32_t c) { return c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61; }

/// Marks that belong to the letter before, and forms of other letters: to be normalized, for which this has no tables.
bool WantsNormalizing(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0xFB00 && c <= 0xFB06) || c == 0x200B;
}

/// RFC 3492 section 6.1.
uint32_t Adapt(uint32_t delta, uint32_t points, bool first) {
  delta = first ? delta / 700 : delta / 2;
  delta += delta / points;
  uint32_t k = 0;
  for (; delta > 455; k += 36) delta /= 35;
  return k + 36 * delta / (delta + 38);
}

void AppendNumber(uint32_t number, uint32_t bias, std::string& out) {
  const auto digit = [](uint32_t value) { return static_cast<char>(value < 26 ? 'a' + value : '0' + value - 26); };
  for (uint32_t k = 36;; k += 36) {
    const uint32_t threshold = k <= bias ? 1 : std::min<uint32_t>(k - bias, 26);
    if (number < threshold) break;
    out += digit(threshold + (number - threshold) % (36 - threshold));
    number = (number - threshold) / (36 - threshold);
  }
  out += digit(number);
}

/// RFC 3492 section 6.3, of a label that is short enough for nothing to overflow.
std::string Punycode(const std::u32string& label) {
  std::string out;
  for (const char32_t c : label) {
    if (c < 0x80) out += static_cast<char>(c);
  }
  const auto basic = static_cast<uint32_t>(out.size());
  uint32_t handled = basic;
  if (basic > 0) out += '-';
  uint32_t bias = 72;
  uint32_t delta = 0;
  for (uint32_t n = 0x80; handled < label.size(); ++n) {
    uint32_t next = std::numeric_limits<uint32_t>::max();
    for (const char32_t c : label) {
      if (c >= n) next = std::min(next, static_cast<uint32_t>(c));
    }
    delta += (next - n) * (handled + 1);
    n = next;
    for (const char32_t c : label) {
      if (c < n) ++delta;
      if (c != n) continue;
      AppendNumber(delta, bias, out);
      bias = Adapt(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
    ++delta;
  }
  return "xn--" + out;
}

absl::StatusOr<std::string> AsciiLabel(const std::u32string& label) {
  const bool ascii = std::all_of(label.begin(), label.end(), [](char32_t c) { return c < 0x80; });
  if (!ascii && label.size() > kMaxLabelLength)
    return LocalInvalidArgument({"a part of the host name is too long", "主机名中有一段过长"});
  std::string out = ascii ? std::string(label.begin(), label.end()) : Punycode(label);
  if (out.size() > kMaxLabelLength) {
    return LocalInvalidArgument({"a part of the host name is over {} characters", "主机名中有一段超过 {} 个字符"},
                                kMaxLabelLength);
  }
  return out;
}

/// 127.1 and 0x7f000001 are addresses too, and have one usual form.
std::optional<std::string> UsualAddress(const std::string& host) {
  in_addr address;
  const bool numeric = host.find_first_not_of("0123456789abcdefx.") == std::string::npos;
  if (!numeric || host.ends_with('.') || inet_aton(host.c_str(), &address) == 0) return std::nullopt;
  char text[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, &address, text, sizeof text);
}

}  // namespace

absl::StatusOr<std::string> AsciiHost(std::string_view host) {
  if (!IsUtf8(host))
    return LocalInvalidArgument(
        {"the host name is not UTF-8; write it as xn--...", "主机名不是 UTF-8；请写作 xn--..."});
  std::string out;
  std::u32string label;
  std::u32string points = CodePoints(host);
  for (char32_t& c : points) {
    if (WantsNormalizing(c) && !IsDot(c)) {
      return LocalInvalidArgument({"the host name has marks or wide letters of their own; write it as xn--...",
                                   "主机名中有单独的附加符号或全角字母；请写作 xn--..."});
    }
    c = LowerCase(c);
  }
  for (size_t i = 0; i <= points.size(); ++i) {
    if (i < points.size() && !IsDot(points[i])) {
      label += points[i];
      continue;
    }
    absl::StatusOr<std::string> ascii = AsciiLabel(label);
    if (!ascii.ok()) return ascii;
    out += *ascii;
    if (i < points.size()) out += '.';
    label.clear();
  }
  return UsualAddress(out).value_or(out);
}

}  // namespace wsload
