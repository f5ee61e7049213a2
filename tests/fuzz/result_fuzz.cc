// result.json as anybody may have written or changed it: a result, or a line; and what was read is written and read
// again as it stood.
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/status.h"
#include "controller/archive/result_reader.h"
#include "controller/output/result_json.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

/// Where the numbers of a document stand: place and length.
std::vector<std::pair<size_t, size_t>> ValuesIn(std::string_view json) {
  std::vector<std::pair<size_t, size_t>> values;
  bool in_text = false;
  for (size_t at = 0; at < json.size(); ++at) {
    if (json[at] == '"' && json[at - 1] != '\\') in_text = !in_text;
    if (in_text || (json[at] != '-' && (json[at] < '0' || json[at] > '9'))) continue;
    const size_t end = json.find_first_not_of("-+.eE0123456789", at);
    values.emplace_back(at, end - at);
    at = end - 1;
  }
  return values;
}

void TryResult(std::string_view json) {
  const absl::StatusOr<StoredResult> stored = ReadResult(json);
  if (!stored.ok()) {
    FuzzCheck(stored.status().code() == absl::StatusCode::kInvalidArgument, "another error than of the file");
    FuzzCheck(!Text(stored.status()).empty(), "an error that says nothing");
    FuzzCheck(Text(stored.status()).find('\n') == std::string_view::npos, "an error of several lines");
    return;
  }
  const std::string written = ResultJson(stored->result);
  const absl::StatusOr<StoredResult> again = ReadResult(written);
  FuzzCheck(again.ok(), "what was read and written cannot be read");
  FuzzCheck(ResultJson(again->result) == written, "what was read and written is read as something else");
}

/// A whole result with some of its values replaced, as few mutations of a text stay JSON: each three bytes of `edits`
/// are which value, and by what.
std::string Edited(std::string_view edits) {
  static const std::string whole = ResultJson(PerfectResult(2));
  static const std::vector<std::pair<size_t, size_t>> values = ValuesIn(whole);
  static constexpr std::string_view kInstead[] = {"0",
                                                  "-1",
                                                  "1",
                                                  "9223372036854775807",
                                                  "-9223372036854775808",
                                                  "18446744073709551615",
                                                  "1e308",
                                                  "-1e308",
                                                  "0.5",
                                                  "2",
                                                  "1000000",
                                                  "null",
                                                  "true",
                                                  "\"x\"",
                                                  "[]",
                                                  "{}",
                                                  "[[]]",
                                                  "1e9",
                                                  "[1,2]",
                                                  "1e-308"};
  std::vector<std::string_view> replaced(values.size());
  for (; edits.size() >= 3; edits.remove_prefix(3)) {
    const size_t at = static_cast<uint8_t>(edits[0]) << 8 | static_cast<uint8_t>(edits[1]);
    replaced[at % values.size()] = kInstead[static_cast<uint8_t>(edits[2]) % std::size(kInstead)];
  }
  std::string json;
  size_t done = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (replaced[i].empty()) continue;
    json.append(whole, done, values[i].first - done).append(replaced[i]);
    done = values[i].first + values[i].second;
  }
  return json.append(whole, done);
}

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  wsload::TryResult(input);
  // Of more edits than that hardly any is reached.
  wsload::TryResult(wsload::Edited(input.substr(0, 24)));
  return 0;
}
