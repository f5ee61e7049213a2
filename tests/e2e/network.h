// Hosts of a test's own: network namespaces on this machine, with real links between them that can be cut.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"

namespace wsload::e2e {

/// Every host has one link to each of the networks. A cut link loses packets without a word to either side.
class Network {
 public:
  /// Nothing when namespaces can be made here, else why not.
  static std::optional<std::string> WhyNot();

  /// Throws std::runtime_error when one cannot be made. At most 200 hosts.
  Network(std::vector<std::string> hosts, std::vector<std::string> networks);
  /// Their processes must have ended.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// `host`, as one listens there in `network`.
  Host On(const std::string& host, const std::string& network) const;
  void Cut(const std::string& host, const std::string& network);
  void Heal(const std::string& host, const std::string& network);

 private:
  std::string Namespace(const std::string& host) const;
  std::string Port(const std::string& host, const std::string& network) const;

  const std::string prefix_;
  const std::vector<std::string> hosts_;
  const std::vector<std::string> networks_;
};

}  // namespace wsload::e2e
