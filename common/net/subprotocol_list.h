// -subprotocol: what a client offers in Sec-WebSocket-Protocol (RFC 6455 section 4.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload {

/// Names in the order of preference, each once.
class SubprotocolList {
 public:
  /// None.
  SubprotocolList() = default;

  /// "v12.stomp,v10.stomp", blanks around the commas or none: at most 32. An empty text: none. kInvalidArgument: a line
  /// about the text alone.
  static absl::StatusOr<SubprotocolList> Parse(std::string_view text);

  /// As the header's value: "v12.stomp, v10.stomp".
  const std::string& text() const { return text_; }
  bool empty() const { return names_.empty(); }
  /// Names are compared to the letter.
  bool Contains(std::string_view name) const;

  friend bool operator==(const SubprotocolList&, const SubprotocolList&) = default;

 private:
  std::string text_;
  std::vector<std::string> names_;
};

}  // namespace wsload
