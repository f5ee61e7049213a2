// -local-addrs: the addresses that connections are made from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/socket_address.h"

namespace wsload {

/// IPv4 and IPv6 addresses in the order written, each once; ports are 0. Cheap to copy.
class SourceList {
 public:
  /// None.
  SourceList() = default;

  /// "127.0.0.2-127.0.0.9,10.0.0.5,fd00::1-fd00::9": addresses, and ranges with both ends in them; at most 4096 in all,
  /// none twice, none that no connection comes from (0.0.0.0, multicast). An empty text: none. kInvalidArgument: a line
  /// about the entry, without the flag's name.
  static absl::StatusOr<SourceList> Parse(std::string_view text);

  /// As it was written.
  const std::string& text() const { return text_; }
  const std::vector<SocketAddress>& addresses() const { return *addresses_; }
  bool empty() const { return addresses_->empty(); }

  friend bool operator==(const SourceList& a, const SourceList& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
  /// Every worker has a copy of the list; there may be a thousand of them.
  std::shared_ptr<const std::vector<SocketAddress>> addresses_ = std::make_shared<const std::vector<SocketAddress>>();
};

}  // namespace wsload
