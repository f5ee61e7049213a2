// How large messages are, as people write it, and which size each has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload {

/// "100": all alike; "mix:90%100,9%1k,1%64k": so many of each; "exp:2k": exponential with that mean. Bytes of text.
class MessageSizes {
 public:
  static constexpr int64_t kMostBytes = 1 << 20;
  static constexpr size_t kMostParts = 16;
  /// What is drawn of an exponential distribution is at most so many of its means: one in nine million would be more.
  static constexpr int64_t kMostMeans = 16;

  /// None: not said.
  MessageSizes() = default;
  /// All alike; `bytes` is within the bounds.
  static MessageSizes Constant(int64_t bytes);
  /// kInvalidArgument with a line about the value alone, in every language. No text: none.
  static absl::StatusOr<MessageSizes> Parse(std::string_view text);

  /// As Parse() reads it.
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool constant() const { return exponential_bytes_ == 0 && parts_.size() == 1; }

  // Not of none.
  int64_t smallest() const;
  int64_t largest() const;
  /// Expected, in whole bytes.
  int64_t mean() const;

  /// Where sizes are drawn from a range, none below `bytes`.
  MessageSizes DrawnFrom(int64_t bytes) const;

  /// Of the message with that number in the run: the same for every split. Takes as long for every number.
  int64_t Draw(uint64_t seed, int64_t number) const {
    return constant() ? parts_.front().bytes : DrawOther(seed, number);
  }

  friend bool operator==(const MessageSizes&, const MessageSizes&) = default;

 private:
  struct Part {
    int64_t bytes = 0;
    int64_t millionths = 0;
    uint64_t until = 0;  ///< draws up to here, and beyond the part before, are of it

    friend bool operator==(const Part&, const Part&) = default;
  };

  static absl::StatusOr<MessageSizes> ParseMix(std::string_view text);
  static absl::StatusOr<MessageSizes> ParseExponential(std::string_view text);
  int64_t DrawOther(uint64_t seed, int64_t number) const;

  std::vector<Part> parts_;
  int64_t exponential_bytes_ = 0;  ///< the mean; 0: it is not exponential
  int64_t least_bytes_ = 0;        ///< of what is drawn from a range
  std::string text_;
};

}  // namespace wsload
