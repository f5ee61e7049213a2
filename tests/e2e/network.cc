#include "tests/e2e/network.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace wsload::e2e {
namespace {

constexpr std::chrono::seconds kTimeout{20};
/// The host that all links lead to.
constexpr char kSwitch[] = "switch";

/// iproute2's program, wherever it is; empty: nowhere.
std::string IpProgram() {
  for (const char* path : {"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return {};
}

/// Runs "ip" with `arguments`; what it had to complain about, empty when all went well.
std::string TryIp(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), IpProgram());
  Process process(arguments);
  if (process.Wait(kTimeout) == 0) return {};
  return process.err().empty() ? "it did not end in time" : process.err().substr(0, process.err().find('\n'));
}

void Ip(const std::vector<std::string>& arguments) {
  if (const std::string error = TryIp(arguments); !error.empty()) {
    std::string line = "ip";
    for (const std::string& argument : arguments) line += " " + argument;
    throw std::runtime_error(line + ": " + error);
  }
}

size_t IndexOf(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

std::optional<std::string> Network::WhyNot() {
  if (geteuid() != 0) return "network namespaces want root";
  if (IpProgram().empty()) return "there is no \"ip\" (package iproute2)";
  const std::string probe = "wsload-" + std::to_string(getpid()) + "-probe";
  std::string error = TryIp({"netns", "add", probe});
  if (!error.empty()) return "no network namespace can be made: " + error;
  error = TryIp({"-n", probe, "link", "add", "bridge", "type", "bridge"});
  if (error.empty()) error = TryIp({"netns", "exec", probe, "/bin/true"});
  TryIp({"netns", "del", probe});
  if (!error.empty()) return "a network namespace is of no use here: " + error;
  return std::nullopt;
}

Network::Network(std::vector<std::string> hosts, std::vector<std::string> networks)
    : prefix_("wsload-" + std::to_string(getpid()) + "-"), hosts_(std::move(hosts)), networks_(std::move(networks)) {
  Ip({"netns", "add", Namespace(kSwitch)});
  for (const std::string& network : networks_) {
    Ip({"-n", Namespace(kSwitch), "link", "add", network, "type", "bridge"});
    Ip({"-n", Namespace(kSwitch), "link", "set", network, "up"});
  }
  for (const std::string& host : hosts_) {
    Ip({"netns", "add", Namespace(host)});
    Ip({"-n", Namespace(host), "link", "set", "lo", "up"});
    for (const std::string& network : networks_) {
      Ip({"link", "add", Port(host, network), "netns", Namespace(kSwitch), "type", "veth", "peer", "name", network,
          "netns", Namespace(host)});
      Ip({"-n", Namespace(kSwitch), "link", "set", Port(host, network), "master", network, "up"});
      Ip({"-n", Namespace(host), "address", "add", On(host, network).address + "/24", "dev", network});
      Ip({"-n", Namespace(host), "link", "set", network, "up"});
    }
  }
}

Network::~Network() {
  for (const std::string& host : hosts_) TryIp({"netns", "del", Namespace(host)});
  TryIp({"netns", "del", Namespace(kSwitch)});
}

Host Network::On(const std::string& host, const std::string& network) const {
  return {.address =
              "10.77." + std::to_string(IndexOf(networks_, network)) + "." + std::to_string(IndexOf(hosts_, host) + 1),
          .command = {IpProgram(), "netns", "exec", Namespace(host)}};
}

// The switch's end: the host keeps its address and its routes, and is told nothing but that its cable is dead.
void Network::Cut(const std::string& host, const std::string& network) {
  Ip({"-n", Namespace(kSwitch), "link", "set", Port(host, network), "down"});
}

void Network::Heal(const std::string& host, const std::string& network) {
  Ip({"-n", Namespace(kSwitch), "link", "set", Port(host, network), "up"});
}

std::string Network::Namespace(const std::string& host) const { return prefix_ + host; }

std::string Network::Port(const std::string& host, const std::string& network) const {
  return network + "-" + std::to_string(IndexOf(hosts_, host));
}

}  // namespace wsload::e2e
