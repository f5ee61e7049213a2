// When many clients lose their connections at once, as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/lives/share.h"

namespace wsload {

struct Storm {
  int64_t offset_ns = 0;  ///< after the common start
  Share share;            ///< of the clients
  bool in_order = false;  ///< with close handshakes; else the connections just break off

  friend bool operator==(const Storm&, const Storm&) = default;
};

/// "60s:50%,5m:100%:close": an offset and a share; with "close" the clients leave in order.
class StormList {
 public:
  static constexpr size_t kMostStorms = 1'000;

  /// kInvalidArgument with a line about the value alone, in every language: no list, or not in the order of time. No
  /// text: none.
  static absl::StatusOr<StormList> Parse(std::string_view text);

  /// As Parse() reads it.
  const std::string& text() const { return text_; }

  bool empty() const { return storms_.empty(); }
  const std::vector<Storm>& storms() const { return storms_; }

  friend bool operator==(const StormList&, const StormList&) = default;

 private:
  std::vector<Storm> storms_;
  std::string text_;
};

}  // namespace wsload
