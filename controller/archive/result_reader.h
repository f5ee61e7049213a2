// result.json read back: what controller/output/result_json.h wrote.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "controller/result/run_result.h"

namespace wsload {

struct StoredResult {
  RunResult result;
  std::string wsload_version;  ///< of the controller that wrote it
};

/// All that the document holds; ResultJson() of it is the document again. What the document does not hold is as in an
/// empty RunResult: keys and other secrets, of a latency in an interval the percentiles that are not shown, and what
/// was not yet counted when it was written. kInvalidArgument: one line, without a file's name, that says what is wrong
/// where.
absl::StatusOr<StoredResult> ReadResult(std::string_view json);

}  // namespace wsload
