#include "tests/e2e/haproxy.h"

#include <filesystem>

namespace wsload::e2e {
namespace {

constexpr char kHaproxy[] = "/usr/sbin/haproxy";

}  // namespace

uint16_t PortOf(const std::string& url) { return static_cast<uint16_t>(std::stoi(url.substr(url.find(':', 5) + 1))); }

bool Haproxy::Installed() { return std::filesystem::exists(kHaproxy); }

Haproxy::Haproxy(const std::vector<uint16_t>& servers, bool by_source, bool checks) {
  std::string config =
      "global\n  nbthread 1\ndefaults\n  mode tcp\n  timeout connect 2s\n  timeout client 1m\n  timeout server 1m\n"
      "listen front\n" +
      // Who finds a server dead is sent to another one at once.
      std::string(checks ? "  option redispatch 1\n  retries 2\n" : "") + "  bind fd@" +
      std::to_string(listener_.fd()) + "\n  balance roundrobin\n";
  for (size_t i = 0; i < servers.size(); ++i) {
    const std::string name = "s" + std::to_string(i);
    if (by_source) config += "  use-server " + name + " if { src 127.0.0." + std::to_string(2 + i) + " }\n";
    config += "  server " + name + " 127.0.0.1:" + std::to_string(servers[i]) +
              (checks ? " check inter 200ms fall 1" : "") + "\n";
  }
  const std::string path = directory_.Write("haproxy.cfg", config);
  process_ = std::make_unique<Process>(std::vector<std::string>{kHaproxy, "-db", "-f", path});
}

}  // namespace wsload::e2e
