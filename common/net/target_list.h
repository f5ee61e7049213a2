// The servers that an agent may be told to load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload {

/// Compares what is written, before any name is resolved: a name stands for itself (letters' case aside), not for its
/// addresses, and an address not for its names. Addresses compare as such, however they are spelled.
class TargetList {
 public:
  /// Nothing is listed: everything is allowed.
  TargetList() = default;

  /// "gateway:9002,10.0.0.7,[fd00::7]:9002,backup:*"; without a port, or with *, every port. kInvalidArgument: a line
  /// about the entry.
  static absl::StatusOr<TargetList> Parse(std::string_view text);

  /// `host` without brackets.
  bool Allows(std::string_view host, uint16_t port) const;
  bool empty() const { return targets_.empty(); }

 private:
  struct Target {
    std::string host;  ///< as Canonical() writes it
    std::optional<uint16_t> port;
  };
  std::vector<Target> targets_;
};

}  // namespace wsload
