#include "agent/websocket/http_answer.h"

#include <algorithm>
#include <charconv>

#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr size_t kShownBytes = 40;

/// Cuts the first line off `text`, without its end.
std::string_view CutLine(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 101 ", "HTTP/1.1 101".
absl::Status ParseStatusLine(std::string_view line, HttpHead& head) {
  constexpr size_t kStatusAt = 9;
  constexpr size_t kStatusEnd = 12;
  const bool known = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  const std::string_view digits = known ? line.substr(kStatusAt, kStatusEnd - kStatusAt) : std::string_view();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), head.status);
  const bool ended = line.size() <= kStatusEnd || line[kStatusEnd] == ' ';
  if (digits.size() != 3 || error != std::errc() || end != digits.data() + digits.size() || head.status < 100 ||
      head.status > 599 || !ended) {
    return LocalInvalidArgument({"its status line is \"{}\"", "其状态行为 \"{}\""}, Shown(line, kShownBytes));
  }
  head.reason = Trimmed(line.substr(std::min(line.size(), kStatusEnd)), kBlanks);
  return absl::OkStatus();
}

absl::Status ParseField(std::string_view line, HttpHead& head) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return LocalInvalidArgument({"its header line \"{}\" has no ':'", "其头部行 \"{}\" 没有 ':'"},
                                Shown(line, kShownBytes));
  }
  const std::string_view name = Trimmed(line.substr(0, colon), kBlanks);
  if (!IsHttpToken(name)) {
    return LocalInvalidArgument(
        {"its header line \"{}\" has no name that HTTP allows", "其头部行 \"{}\" 没有 HTTP 允许的名称"},
        Shown(line, kShownBytes));
  }
  head.fields.emplace_back(AsciiLower(name), Trimmed(line.substr(colon + 1), kBlanks));
  return absl::OkStatus();
}

/// "19;name=value": the size of a chunk; false: no such thing.
bool ChunkSize(std::string_view line, size_t& size) {
  const std::string_view digits = Trimmed(line.substr(0, line.find(';')), kBlanks);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
}

/// The text of HTML up to where it is cut, a line for each piece of it.
std::string WithoutTags(std::string_view html) {
  std::string out;
  while (!html.empty()) {
    const size_t tag = std::min(html.find('<'), html.size());
    out.append(html.substr(0, tag));
    html.remove_prefix(tag);
    if (html.empty()) break;
    out += '\n';
    const std::string_view skipped = AsciiLower(html.substr(0, 7)) == "<style>" ? "</style>" : ">";
    const size_t end = html.find(skipped);
    html.remove_prefix(end == std::string_view::npos ? html.size() : end + skipped.size());
  }
  return out;
}

/// The first line with something on it; `ended`: its end has been seen.
std::string_view FirstLineOf(std::string_view text, bool& ended) {
  while (!text.empty()) {
    ended = text.find('\n') != std::string_view::npos;
    if (const std::string_view line = Trimmed(CutLine(text), kBlanks); !line.empty()) return line;
  }
  ended = false;
  return {};
}

}  // namespace

std::string HttpHead::Value(std::string_view name) const {
  std::string all;
  for (const auto& [key, value] : fields) {
    if (key == name && !value.empty()) all += (all.empty() ? "" : ", ") + value;
  }
  return all;
}

bool HttpHead::Has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(), [name](const auto& field) { return field.first == name; });
}

bool HttpHead::HasToken(std::string_view name, std::string_view token) const {
  const std::string value = AsciiLower(Value(name));
  for (std::string_view rest = value; !rest.empty();) {
    const size_t comma = std::min(rest.find(','), rest.size());
    if (Trimmed(rest.substr(0, comma), kBlanks) == token) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

bool HttpHead::has_no_body() const { return status == 204 || status == 304 || Value("content-length") == "0"; }

size_t FindHeadEnd(std::string_view text, size_t from) {
  // The end may have begun before.
  for (size_t at = text.find('\n', from < 2 ? 0 : from - 2); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view behind = text.substr(at + 1);
    if (behind.starts_with('\n')) return at + 2;
    if (behind.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

absl::StatusOr<HttpHead> ParseHttpHead(std::string_view text) {
  HttpHead head;
  if (absl::Status status = ParseStatusLine(CutLine(text), head); !status.ok()) return status;
  while (!text.empty()) {
    const std::string_view line = CutLine(text);
    if (line.empty()) continue;
    if (line.find('\0') != std::string_view::npos)
      return LocalInvalidArgument({"its header has a zero byte", "其头部含有零字节"});
    if (line.front() == ' ' || line.front() == '\t') {
      // A line that goes on (RFC 9112 section 5.2).
      if (head.fields.empty()) return LocalInvalidArgument({"its header begins with a blank", "其头部以空白开头"});
      std::string& value = head.fields.back().second;
      value.append(value.empty() ? "" : " ").append(Trimmed(line, kBlanks));
    } else if (absl::Status status = ParseField(line, head); !status.ok()) {
      return status;
    }
  }
  return head;
}

HttpBodyStart::HttpBodyStart(const HttpHead& head)
    : chunked_(head.HasToken("transfer-encoding", "chunked")),
      html_(AsciiLower(head.Value("content-type")).find("html") != std::string::npos) {
  const std::string encoding = AsciiLower(head.Value("content-encoding"));
  readable_ = encoding.empty() || encoding == "identity";
  const std::string length = head.Value("content-length");
  size_t bytes = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (!chunked_ && !length.empty() && error == std::errc()) length_ = std::min(bytes, kMaxBytes);
}

bool HttpBodyStart::Feed(std::string_view bytes) {
  raw_.append(bytes.substr(0, kMaxBytes - raw_.size()));
  if (!readable_ || raw_.size() == kMaxBytes) return true;
  const auto [text, ended] = Text();
  bool line_ended = false;
  FirstLineOf(text, line_ended);
  return ended || line_ended;
}

std::pair<std::string, bool> HttpBodyStart::Text() const {
  std::string text;
  bool ended = false;
  if (!chunked_) {
    text = raw_.substr(0, length_);
    ended = raw_.size() >= length_;
  }
  for (std::string_view rest = raw_; chunked_ && !ended && rest.find('\n') != std::string_view::npos;) {
    size_t size = 0;
    const std::string_view line = CutLine(rest);
    if (Trimmed(line, kBlanks).empty()) continue;  // behind the chunk before
    ended = !ChunkSize(line, size) || size == 0;
    text.append(rest.substr(0, ended ? 0 : size));
    rest.remove_prefix(std::min(ended ? 0 : size, rest.size()));
  }
  // What is no HTML by its name may be it all the same.
  if (html_ || Trimmed(text, " \t\r\n").starts_with('<')) text = WithoutTags(text);
  return {std::move(text), ended};
}

std::string HttpBodyStart::FirstLine() const {
  if (!readable_) return {};
  const std::string text = Text().first;
  bool ended = false;
  return std::string(FirstLineOf(text, ended));
}

}  // namespace wsload
