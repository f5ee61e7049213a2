// result.json as anybody may have written or changed it: a result, or a line; and what was read is written and read
// again as it stood.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/util/status.h"
#include "controller/archive/result_reader.h"
#include "controller/output/result_json.h"
#include "tests/fuzz/fuzz_check.h"

namespace wsload {
namespace {

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

}  // namespace
}  // namespace wsload

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  wsload::TryResult({reinterpret_cast<const char*>(data), size});
  return 0;
}
