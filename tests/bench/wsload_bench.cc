// What wsload costs beside the raw-socket floor, in the same run,
// alternating. Absolute times belong to the machine; the ratios are what to read. tests/bench/README.md has the shapes.
//
//   wsload-bench [-suites=round-trips,many,wss,paced,connects,idle,scaling,growth]
#include <signal.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/flags/flag_set.h"
#include "common/util/descriptor_limit.h"
#include "common/util/environment.h"
#include "common/util/status.h"
#include "tests/bench/suites.h"

namespace wsload::bench {
namespace {

struct Suite {
  std::string_view name;
  std::function<void(const BenchOptions&)> run;
};

const std::vector<Suite>& Suites() {
  static const std::vector<Suite> suites = {
      {"round-trips", [](const BenchOptions& options) { RoundTripSuite(options, options.connections); }},
      {"many", [](const BenchOptions& options) { RoundTripSuite(options, options.many_connections); }},
      {"wss", TlsSuite},
      {"paced", PacedSuite},
      {"connects", ConnectSuite},
      {"idle", IdleSuite},
      {"scaling", ScalingSuite},
      {"growth", GrowthSuite},
  };
  return suites;
}

/// False: a name that is no suite, said on stderr.
bool RunSuites(std::string_view names, const BenchOptions& options) {
  while (!names.empty()) {
    const size_t comma = std::min(names.find(','), names.size());
    const std::string_view name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    const Suite* found = nullptr;
    for (const Suite& suite : Suites()) {
      if (suite.name == name) found = &suite;
    }
    if (found == nullptr) {
      std::fprintf(stderr, "wsload-bench: -suites: there is no suite %.*s\n", static_cast<int>(name.size()),
                   name.data());
      return false;
    }
    std::fprintf(stderr, "suite %.*s\n", static_cast<int>(name.size()), name.data());
    found->run(options);
  }
  return true;
}

int Main(int argc, char** argv) {
  BenchOptions options;
  std::string suites = "round-trips,many,wss,paced,connects,idle,scaling";
  FlagSet flags("wsload-bench", "WSLOAD_BENCH");
  flags.Add("suites", &suites,
            {.help = {"what to measure: round-trips, many, wss, paced, connects, idle, scaling, growth"},
             .in_short_help = true});
  flags.Add("repetitions", &options.repetitions, {.help = {"rounds, all shapes in each"}, .in_short_help = true});
  flags.Add("round-trips", &options.round_trips,
            {.help = {"round trips of each shape in a round"}, .in_short_help = true});
  flags.Add("connections", &options.connections,
            {.help = {"connections of round-trips and wss"}, .in_short_help = true});
  flags.Add("many-connections", &options.many_connections, {.help = {"connections of many"}, .in_short_help = true});
  flags.Add("paced-seconds", &options.paced_seconds, {.help = {"length of each paced run"}, .in_short_help = true});
  flags.Add("connects", &options.connects,
            {.help = {"connections made in a round of connects"}, .in_short_help = true});
  flags.Add("idle-connections", &options.idle_connections, {.help = {"connections of idle"}, .in_short_help = true});
  flags.Add("flood-per-worker", &options.flood_per_worker,
            {.help = {"messages per second asked of each worker of scaling"}, .in_short_help = true});
  const absl::Status parsed = flags.Parse({argv + 1, argv + argc}, ProcessEnvironment());
  if (!parsed.ok()) {
    std::fprintf(stderr, "wsload-bench: %s\n", std::string(Text(parsed)).c_str());
    return 104;
  }
  if (flags.help_wanted()) {
    std::printf("%s", flags.Usage({"wsload-bench: what wsload costs beside the raw-socket floor"}, true).c_str());
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  try {
    return RunSuites(suites, options) ? 0 : 104;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wsload-bench: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace wsload::bench

int main(int argc, char** argv) { return wsload::bench::Main(argc, argv); }
