#include "controller/page/page.h"

#include <fmt/format.h>

#include "controller/page/page_parts.h"
#include "controller/page/report_data.h"

namespace wsload {
namespace {

// A report asks nobody; the live page asks the server that it is from.
constexpr std::string_view kNoConnections = "; connect-src 'none'";
constexpr std::string_view kOwnServer = "; connect-src 'self'";

/// `data` is JSON.
std::string PageWith(std::string_view connect_policy, std::string_view data) {
  const std::string inside = JsonInHtml(data);
  std::string page;
  page.reserve(kPageBeforePolicy.size() + kPageBeforeData.size() + kPageAfterData.size() + inside.size() + 1024);
  page.append(kPageBeforePolicy).append(kPagePolicy).append(connect_policy);
  page.append(kPageBeforeData).append(inside).append(kPageAfterData);
  return page;
}

}  // namespace

std::string JsonInHtml(std::string_view json) {
  // All of them stand in strings alone, where an escape is as good.
  static constexpr std::string_view kLineSeparators[] = {"\xe2\x80\xa8", "\xe2\x80\xa9"};
  std::string out;
  out.reserve(json.size() + json.size() / 64);
  for (size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '<' || c == '>' || c == '&') {
      out += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    } else if (c == kLineSeparators[0].front() &&
               (json.substr(at, 3) == kLineSeparators[0] || json.substr(at, 3) == kLineSeparators[1])) {
      out += json.substr(at, 3) == kLineSeparators[0] ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      out += c;
    }
  }
  return out;
}

absl::StatusOr<std::string> ReportHtml(std::string_view result_json, Language language, std::string_view find_max) {
  const absl::StatusOr<std::string> data = ReportData(result_json);
  if (!data.ok()) return data.status();
  return PageWith(kNoConnections,
                  fmt::format(R"({{"page":{{"language":"{}","live":false}},"result":{},"find_max":{}}})",
                              NameOf(language), *data, find_max.empty() ? "null" : find_max));
}

std::string UnfinishedReportHtml(std::string_view so_far, Language language) {
  return PageWith(kNoConnections,
                  fmt::format(R"({{"page":{{"language":"{}","live":false,"unfinished":true}},"result":{}}})",
                              NameOf(language), so_far));
}

std::string LivePageHtml(Language language, std::string_view stop_secret) {
  return PageWith(kOwnServer, fmt::format(R"({{"page":{{"language":"{}","live":true,"secret":"{}"}},"result":null}})",
                                          NameOf(language), stop_secret));
}

std::string LivePagePolicy() { return std::string(kPagePolicy).append(kOwnServer); }

}  // namespace wsload
