#include "common/flags/stray_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/flags/nearest_name.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr std::string_view kControllersPrefix = "WSLOAD";

/// Of the programs and commands with variables of their own.
constexpr std::array<std::string_view, 4> kOtherPrefixes = {"WSLOAD_AGENT_", "WSLOAD_GATEWAY_", "WSLOAD_SELFTEST_",
                                                            "WSLOAD_CERTS_"};

/// What begins like flags and is read by others: the deployment files, builds, tests, and the controller where it
/// looks like an agent's.
constexpr std::array<std::string_view, 19> kOthers = {"WSLOAD_AGENT_LEASE",
                                                      "WSLOAD_BENCH",
                                                      "WSLOAD_BIN",
                                                      "WSLOAD_BIN_DIR",
                                                      "WSLOAD_BUILD_NETWORK",
                                                      "WSLOAD_BUILD_TESTS",
                                                      "WSLOAD_ENGINE_DIR",
                                                      "WSLOAD_FUZZ",
                                                      "WSLOAD_GATEWAY_IMAGE",
                                                      "WSLOAD_GRAFANA_IMAGE",
                                                      "WSLOAD_GRAFANA_PORT",
                                                      "WSLOAD_IMAGE",
                                                      "WSLOAD_NOFILE",
                                                      "WSLOAD_PROMETHEUS_IMAGE",
                                                      "WSLOAD_PROMETHEUS_RETENTION",
                                                      "WSLOAD_PYTHON",
                                                      "WSLOAD_SANITIZE",
                                                      "WSLOAD_SIM_SEED",
                                                      "WSLOAD_VERSION"};
constexpr std::string_view kOfTests = "WSLOAD_TEST_";

/// Kubernetes gives every container such variables for every service: WSLOAD_GATEWAY_SERVICE_HOST=10.0.0.7,
/// WSLOAD_GATEWAY_PORT_9002_TCP_PROTO=tcp.
bool IsOfKubernetes(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos) return true;
  const size_t port = name.find("_PORT_");
  if (port != std::string_view::npos && name.find("_TCP", port) != std::string_view::npos) return true;
  return name.ends_with("_PORT") && value.find("://") != std::string_view::npos;
}

bool IsOfOthers(std::string_view name, std::string_view value, std::string_view own) {
  if (std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end() || name.starts_with(kOfTests)) return true;
  if (IsOfKubernetes(name, value)) return true;
  return std::any_of(kOtherPrefixes.begin(), kOtherPrefixes.end(),
                     [&](std::string_view other) { return other.size() > own.size() && name.starts_with(other); });
}

/// "conn-timeout" for "CONN_TIMEOUT".
std::string FlagName(std::string_view of_variable) {
  std::string name = AsciiLower(of_variable);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

std::string EnvironmentName(std::string_view prefix, std::string_view flag_name) {
  std::string name = AsciiUpper(flag_name);
  std::replace(name.begin(), name.end(), '-', '_');
  return fmt::format("{}_{}", prefix, name);
}

std::vector<LocalString> StrayVariables(const Environment& environment, std::string_view prefix,
                                        const std::vector<std::string>& names) {
  const std::string own = fmt::format("{}_", prefix);
  const std::string shared = fmt::format("{}_", kControllersPrefix);
  const auto knows = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<LocalString> lines;
  for (const auto& [variable, value] : environment) {
    if (value.empty()) continue;  // counts as not set
    if (variable.starts_with(own)) {
      const std::string name = FlagName(variable.substr(own.size()));
      // Names are in capitals, as shells and Compose tell them apart.
      if (knows(name) && variable == EnvironmentName(prefix, name)) continue;
      if (IsOfOthers(variable, value, own)) continue;
      const std::string nearest = knows(name) ? name : NearestName(name, names);
      const LocalString mend =
          nearest.empty() ? LocalString(" (-helpfull lists the flags)", "（-helpfull 列出所有参数）")
                          : FillLocal({"; did you mean {}?", "；是否想写 {}？"}, EnvironmentName(prefix, nearest));
      lines.push_back(FillLocal(
          {"{}: no flag has this variable, so that it changes nothing{}", "{}：没有参数对应该变量，它不起作用{}"},
          Shown(variable), mend));
    } else if (prefix != kControllersPrefix && variable.starts_with(shared)) {
      const std::string name = FlagName(variable.substr(shared.size()));
      const std::string meant = EnvironmentName(prefix, name);
      if (!knows(name) || !ValueOf(environment, meant).empty()) continue;
      lines.push_back(FillLocal({"{}: is for wsload itself and changes nothing here; write {}",
                                 "{}：用于 wsload 本身，在这里不起作用；请写 {}"},
                                variable, meant));
    }
  }
  return lines;
}

}  // namespace wsload
