// A server's HTTP/1.x answer, read as curl and Node's ws read it. No socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload {

/// Status line and header fields.
struct HttpHead {
  int status = 0;
  std::string reason;                                       ///< may be empty
  std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case, values without outer white space

  /// All values of that name in their order, joined by ", " (RFC 9110 section 5.3); `name` in lower case.
  std::string Value(std::string_view name) const;
  bool Has(std::string_view name) const;
  /// One of the comma-separated values is `token`, in any case; both in lower case.
  bool HasToken(std::string_view name, std::string_view token) const;
  /// Nothing follows it: 204 and 304, or Content-Length: 0.
  bool has_no_body() const;
};

/// The size of the head at the front of `text` with its empty line; npos: it has not ended. `from`: no end was found
/// before.
size_t FindHeadEnd(std::string_view text, size_t from);

/// `text` is a whole head. Takes HTTP/1.0 and 1.1, a status line without a reason, line ends without CR, folded lines
/// and blanks around the colon. kInvalidArgument: a line about what is wrong.
absl::StatusOr<HttpHead> ParseHttpHead(std::string_view text);

/// The first bytes of a body, as long as it takes to quote it.
class HttpBodyStart {
 public:
  /// Of the body as it is sent; a bound on what is kept.
  static constexpr size_t kMaxBytes = 4096;

  explicit HttpBodyStart(const HttpHead& head);

  /// True: no more is needed.
  bool Feed(std::string_view bytes);

  /// The first line with something on it; of HTML the first text. Empty: none, or not readable (compressed).
  std::string FirstLine() const;

 private:
  /// What of raw_ is text so far, and whether it has ended.
  std::pair<std::string, bool> Text() const;

  std::string raw_;
  bool chunked_ = false;
  bool readable_ = true;
  bool html_ = false;
  size_t length_ = kMaxBytes;  ///< of the body, where the head tells
};

}  // namespace wsload
