#include "common/flags/flag_file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxFlagFileBytes = 1 << 20;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr std::string_view kFileBlanks = " \t\v\f";

bool IsBlank(char c) { return kFileBlanks.find(c) != std::string_view::npos; }

bool BeginsComment(std::string_view text) { return text.starts_with('#') || text.starts_with("//"); }

/// What is no flag: nothing, a comment, the mark of a line that goes on.
bool IsNothing(std::string_view text) {
  text = Trimmed(text, kFileBlanks);
  return text.empty() || BeginsComment(text) || text == "\\";
}

/// Dashes and quotes as word processors and web pages make them of - and ": nothing that a flag begins with.
bool BeginsWithLookalike(std::string_view text) {
  constexpr std::array<std::string_view, 11> kLookalikes = {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212",
                                                            "\u2018", "\u2019", "\u201c", "\u201d", "\uff0d"};
  return std::any_of(kLookalikes.begin(), kLookalikes.end(),
                     [&](std::string_view one) { return text.starts_with(one); });
}

absl::Status Lookalike() {
  return LocalInvalidArgument(
      {"a dash or quote that only looks like one, as word processors write it; type - and \" instead",
       "这里的横线或引号只是看起来像（文字处理软件常会这样替换）；请改用 - 和 \""});
}

/// What stands in quotes at the beginning of `text`, and what follows them.
struct Quoted {
  std::string inside;
  std::string_view rest;
};
absl::StatusOr<Quoted> TakeQuoted(std::string_view text) {
  const char quote = text.front();
  Quoted quoted;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      quoted.rest = text.substr(i + 1);
      return quoted;
    }
    const bool escapes = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    if (escapes && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    quoted.inside += text[i];
  }
  return LocalInvalidArgument({"the quote at the beginning has no end; write for example -header=\"Name: value\"",
                               "开头的引号没有结束；例如写作 -header=\"Name: value\""});
}

bool IsQuote(char c) { return c == '"' || c == '\''; }

/// `text` up to a comment, or to the \ at its end.
std::string_view CutComment(std::string_view text, bool& commented) {
  for (size_t i = 0; i < text.size(); ++i) {
    if ((i == 0 || IsBlank(text[i - 1])) && BeginsComment(text.substr(i))) {
      commented = true;
      text = text.substr(0, i);
      break;
    }
  }
  text = Trimmed(text, kFileBlanks);
  if (text == "\\") return {};
  if (text.size() > 1 && text.ends_with('\\') && IsBlank(text[text.size() - 2])) text.remove_suffix(1);
  return Trimmed(text, kFileBlanks);
}

std::string_view WithoutDashes(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(text.starts_with("--") ? 2 : 1);
  return text;
}

/// The value of a flag, `text` being all that follows its name and '='.
absl::Status ReadValue(std::string_view text, FlagLine& line) {
  text = Trimmed(text, kFileBlanks);
  if (text.empty() || !IsQuote(text.front())) {
    if (BeginsWithLookalike(text)) return Lookalike();
    line.value = CutComment(text, line.commented);
    return absl::OkStatus();
  }
  absl::StatusOr<Quoted> quoted = TakeQuoted(text);
  if (!quoted.ok()) return quoted.status();
  if (!IsNothing(quoted->rest)) {
    return LocalInvalidArgument({"something follows the quotes; put the whole value in them, one flag a line",
                                 "引号后面还有内容；请把整个值放进引号，每行一个参数"});
  }
  line.quoted = true;
  line.value = std::move(quoted->inside);
  return absl::OkStatus();
}

/// A whole line in quotes, as a list of arguments has it: '-header=Name: value'.
absl::Status ReadQuotedLine(std::string_view text, FlagLine& line) {
  absl::StatusOr<Quoted> quoted = TakeQuoted(text);
  if (!quoted.ok()) return quoted.status();
  if (!quoted->rest.starts_with(',') && !IsNothing(quoted->rest)) {
    return LocalInvalidArgument(
        {"something follows the quotes; one flag a line", "引号后面还有内容；请每行写一个参数"});
  }
  line.quoted = true;
  line.dashed = quoted->inside.starts_with('-');
  const std::string_view inside = WithoutDashes(quoted->inside);
  const size_t equals = inside.find('=');
  line.name = inside.substr(0, equals);
  if (equals != std::string_view::npos) line.value = inside.substr(equals + 1);
  return absl::OkStatus();
}

absl::Status ReadLine(std::string_view text, FlagLine& line) {
  if (BeginsWithLookalike(text)) return Lookalike();
  if (IsQuote(text.front())) return ReadQuotedLine(text, line);
  line.dashed = text.starts_with('-');
  text = WithoutDashes(text);
  const size_t end = std::min(text.find_first_of("= \t\v\f"), text.size());
  line.name = text.substr(0, end);
  const std::string_view rest = text.substr(end);
  const std::string_view behind = Trimmed(rest, kFileBlanks);
  if (behind.starts_with('=')) return ReadValue(behind.substr(1), line);
  if (IsNothing(rest)) return absl::OkStatus();
  return ReadValue(rest, line);
}

absl::Status CheckEncoding(std::string_view content) {
  constexpr LocalText kUtf16 = {"is UTF-16 text", "是 UTF-16 文本"};
  constexpr LocalText kZeroBytes = {"holds zero bytes, as UTF-16 text does", "含有零字节，像是 UTF-16 文本"};
  const bool marked = content.starts_with("\xff\xfe") || content.starts_with("\xfe\xff");
  if (!marked && content.find('\0') == std::string_view::npos) return absl::OkStatus();
  return LocalInvalidArgument({"{}; save it as UTF-8", "{}；请另存为 UTF-8"}, marked ? kUtf16 : kZeroBytes);
}

/// The next line of `content`, which is then without it.
std::string_view TakeLine(std::string_view& content) {
  const size_t end = std::min(content.find_first_of("\r\n"), content.size());
  const std::string_view line = content.substr(0, end);
  content.remove_prefix(end);
  content.remove_prefix(content.starts_with("\r\n") ? 2 : std::min<size_t>(1, content.size()));
  return line;
}

}  // namespace

absl::StatusOr<std::vector<FlagLine>> ReadFlagFile(const std::string& path) {
  const auto content = ReadSmallFile(path, kMaxFlagFileBytes);
  if (!content.ok()) {
    return LocalInvalidArgument({"-flagfile={}: {}; give a readable file with one flag a line",
                                 "-flagfile={}：{}；请给出可读的文件，每行一个参数"},
                                Shown(path), content.status());
  }
  if (absl::Status encoding = CheckEncoding(*content); !encoding.ok()) {
    return LocalInvalidArgument({"-flagfile={}: {}", "-flagfile={}：{}"}, Shown(path), encoding);
  }
  std::vector<FlagLine> lines;
  std::string_view rest = *content;
  if (rest.starts_with(kUtf8Mark)) rest.remove_prefix(kUtf8Mark.size());
  for (int number = 1; !rest.empty(); ++number) {
    const std::string_view text = Trimmed(TakeLine(rest), kFileBlanks);
    if (IsNothing(text)) continue;
    FlagLine line{.where = fmt::format("{}:{}", Shown(path), number)};
    if (absl::Status read = ReadLine(text, line); !read.ok()) {
      return LocalInvalidArgument({"{}: {}", "{}：{}"}, line.where, read);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace wsload
