#include "controller/commands/run_flags.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/flags/flag_set.h"
#include "common/net/ws_url.h"
#include "common/plan/plan_names.h"
#include "common/plan/run_policy.h"
#include "common/security/secret_file.h"
#include "common/time/duration.h"
#include "common/util/file.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "common/version.h"
#include "controller/commands/access_flags.h"
#include "controller/result/verdict.h"

namespace wsload {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr size_t kMaxCaBytes = 4 << 20;
constexpr int64_t kMinAgentLeaseNs = kNsPerSecond;
constexpr int64_t kMaxAgentLeaseNs = 30 * kNsPerSecond;
constexpr int64_t kMinStatsIntervalNs = kNsPerSecond;
constexpr int64_t kMaxStatsIntervalNs = 3600 * kNsPerSecond;
// Secrets themselves, for containers that hand them over this way.
constexpr char kJwtKeyVariable[] = "WSLOAD_JWT_KEY";
constexpr char kCipherKeyVariable[] = "WSLOAD_CIPHER_KEY";

/// What the flags write to before it is checked and read.
struct Raw {
  RunPlan plan;
  RunOptions options;
  std::string jwt_key_file;
  std::string cipher_key_file;
  std::string ca_file;
  AccessFlags access;
  std::vector<std::string> headers;
  bool version = false;
};

/// A flag of a few names; the line lists them.
template <typename Value>
void AddChoice(FlagSet& flags, std::string name, Value* target, const char* (*name_of)(Value),
               std::vector<Value> choices, std::string help, bool in_short_help) {
  const std::string initial = name_of(*target);
  flags.AddParsed(
      std::move(name), initial,
      [target, name_of, choices = std::move(choices)](std::string_view text) {
        std::string known;
        for (const Value choice : choices) {
          if (text == name_of(choice)) {
            *target = choice;
            return absl::OkStatus();
          }
          known += (known.empty() ? "" : ", ") + std::string(name_of(choice));
        }
        return InvalidArgument("want one of {}", known);
      },
      std::move(help), in_short_help);
}

void BindLoad(FlagSet& flags, Raw& raw) {
  RunPlan& plan = raw.plan;
  flags.Add("clients", &plan.clients, "connections, over all agents", true);
  flags.Add("mps", &plan.mps, "messages per second, over all clients", true);
  flags.Add("duration", DurationNs{&plan.duration_ns}, "how long messages are sent", true);
  flags.Add("conn-timeout", DurationNs{&plan.conn_timeout_ns}, "for one connection to open", true);
  flags.Add("resp-timeout", DurationNs{&plan.resp_timeout_ns}, "for one message's acknowledgement", true);
  flags.Add("ramp-up", DurationNs{&plan.ramp_up_ns}, "time over which the connections are opened", true);
  flags.Add("msg-size", SizeBytes{&plan.msg_size_bytes}, "bytes of text in a message", true);
  flags.Add("server", &plan.server, "ws:// or wss:// URL", true);
  flags.Add("agents", &raw.options.agents, "host:port,... or dns:///name:port; none: this process", true);
  BindAccessFlags(flags, raw.access);
  AddChoice(flags, "on-agent-loss", &raw.options.on_agent_loss, &AgentLossPolicyName,
            {AgentLossPolicy::kFail, AgentLossPolicy::kContinue, AgentLossPolicy::kRebalance},
            "fail: the run ends; continue: without it; rebalance: the others take over", false);
  flags.Add("agent-lease", DurationNs{&raw.options.agent_lease_ns}, "an agent that hangs stops by itself after it");
  flags.Add("local-addrs", &plan.local_addrs,
            "source addresses and ranges of the agents' hosts; none: the kernel's choice");
  flags.Add("workers", &plan.workers, "worker threads per agent; 0: one per core");
}

void BindIdentity(FlagSet& flags, Raw& raw) {
  RunPlan& plan = raw.plan;
  flags.Add("biz-id", &plan.biz_id, "business id in the user tokens", true);
  flags.Add("first-user-id", &plan.first_user_id, "client i is user first-user-id + i", true);
  flags.Add("jwt-key-file", &raw.jwt_key_file, "HS256 key of the tokens; none: the demo key", true);
  flags.Add("jwt-issuer", &plan.jwt_issuer, "issuer in the user tokens");
  flags.Add("token-param", &plan.token_param, "query parameter that carries the token");
  flags.Add("header", &raw.headers, "\"Name: value\", sent with every upgrade request");
}

void BindProtocol(FlagSet& flags, Raw& raw) {
  RunPlan& plan = raw.plan;
  AddChoice(flags, "protocol", &plan.protocol, &ProtocolName, {Protocol::kGateway, Protocol::kEcho},
            "gateway, or echo: any echoing server", true);
  AddChoice(flags, "serializer", &plan.serializer, &SerializerName, {Serializer::kJson, Serializer::kProto},
            "json or proto", true);
  AddChoice(flags, "cipher", &plan.cipher, &CipherName,
            {CipherKind::kAesGcm, CipherKind::kChaCha20Poly1305, CipherKind::kNone}, "aes, chacha20poly1305 or none",
            true);
  flags.Add("cipher-key-file", &raw.cipher_key_file, "key of the bodies; none: the demo key", true);
  flags.Add("compress", &plan.compress, "offer permessage-deflate");
  flags.Add("heartbeat", DurationNs{&plan.heartbeat_ns}, "between two heartbeats of a client; 0: none");
  flags.Add("subprotocol", &plan.subprotocol, "Sec-WebSocket-Protocol to ask for");
  flags.Add("ca-file", &raw.ca_file, "PEM certificates to trust for wss://; none: the system's");
  flags.Add("insecure-skip-verify", &plan.insecure_skip_verify, "take any certificate of a wss:// server");
}

void BindOutput(FlagSet& flags, Raw& raw) {
  RunOptions& options = raw.options;
  flags.Add("out", &options.out_dir, "directory for result.json and timeseries.csv", true);
  flags.Add("json", &options.json, "result.json on stdout, people's text on stderr");
  flags.Add("quiet", &options.quiet, "only the verdict at the end");
  flags.Add("stats-interval", DurationNs{&options.stats_interval_ns}, "between two statistics");
  AddChoice(flags, "lang", &options.language, &LanguageName, {Language::kEnglish, Language::kChinese}, "en or zh",
            true);
  flags.Add("version", &raw.version, "print the version");
}

void Bind(FlagSet& flags, Raw& raw) {
  BindLoad(flags, raw);
  BindIdentity(flags, raw);
  BindProtocol(flags, raw);
  BindOutput(flags, raw);
}

/// Which of two flags cannot go together is a matter of what was written, not of values.
absl::Status CheckCombinations(const FlagSet& flags, const Raw& raw) {
  if (raw.plan.protocol == Protocol::kEcho) {
    for (const char* name : {"serializer", "cipher", "cipher-key-file"}) {
      if (flags.IsSet(name)) {
        return InvalidArgument("-{}: -protocol=echo sends plain text; leave -{} out, or use -protocol=gateway", name,
                               name);
      }
    }
  }
  if (raw.plan.cipher == CipherKind::kNone && !raw.cipher_key_file.empty()) {
    return InvalidArgument("-cipher-key-file: -cipher=none has no key; leave one of the two out");
  }
  if (!raw.ca_file.empty() && raw.plan.insecure_skip_verify) {
    return InvalidArgument("-ca-file: -insecure-skip-verify takes any certificate; leave one of the two out");
  }
  const absl::StatusOr<WsUrl> url = ParseWsUrl(raw.plan.server);
  if (url.ok() && !url->secure) {
    for (const char* name : {"ca-file", "insecure-skip-verify"}) {
      if (flags.IsSet(name)) {
        return InvalidArgument("-{}: only wss:// has certificates; leave it out, or write -server=wss://...", name);
      }
    }
  }
  if (raw.options.agents.empty()) {
    for (const char* name : {"tls-ca", "tls-cert", "tls-key", "token-file"}) {
      if (flags.IsSet(name)) {
        return InvalidArgument("-{}: is for agents over the network; leave it out, or name them with -agents", name);
      }
    }
  }
  const int64_t lease_ns = raw.options.agent_lease_ns;
  if (lease_ns < kMinAgentLeaseNs || lease_ns > kMaxAgentLeaseNs) {
    return InvalidArgument("-agent-lease={}: must be from 1s to 30s; for example -agent-lease=5s",
                           FormatDuration(lease_ns));
  }
  const int64_t interval_ns = raw.options.stats_interval_ns;
  if (interval_ns < kMinStatsIntervalNs || interval_ns > kMaxStatsIntervalNs) {
    return InvalidArgument("-stats-interval={}: must be from 1s to 1h; for example -stats-interval=5s",
                           FormatDuration(interval_ns));
  }
  return absl::OkStatus();
}

absl::Status ReadHeaders(Raw& raw) {
  for (const std::string& header : raw.headers) {
    const size_t colon = header.find(':');
    if (colon == std::string::npos || colon == 0) {
      // What was written may be a credential: it is not repeated here.
      return InvalidArgument("-header: want \"Name: value\"; for example -header='X-AutoClose: true'");
    }
    const size_t begin = std::min(header.find_first_not_of(" \t", colon + 1), header.size());
    std::string value = header.substr(begin);
    value.erase(value.find_last_not_of(" \t") + 1);
    raw.plan.headers.emplace_back(header.substr(0, colon), std::move(value));
  }
  return absl::OkStatus();
}

/// From the file, else from the environment, else `demo`.
absl::StatusOr<std::string> ReadKey(const char* flag, const std::string& path, const Environment& environment,
                                    const char* variable, const char* demo) {
  if (!path.empty()) return ReadSecretFile(flag, path);
  const auto found = environment.find(variable);
  return found == environment.end() || found->second.empty() ? demo : found->second;
}

absl::Status ReadFiles(Raw& raw, const Environment& environment) {
  RunPlan& plan = raw.plan;
  absl::StatusOr<std::string> jwt_key =
      ReadKey("jwt-key-file", raw.jwt_key_file, environment, kJwtKeyVariable, kDemoJwtKey);
  if (!jwt_key.ok()) return jwt_key.status();
  plan.jwt_key = *std::move(jwt_key);

  if (plan.protocol == Protocol::kEcho) plan.cipher = CipherKind::kNone;
  if (plan.cipher != CipherKind::kNone) {
    absl::StatusOr<std::string> cipher_key =
        ReadKey("cipher-key-file", raw.cipher_key_file, environment, kCipherKeyVariable, kDemoCipherKey);
    if (!cipher_key.ok()) return cipher_key.status();
    plan.cipher_key = *std::move(cipher_key);
  }
  if (!raw.ca_file.empty()) {
    absl::StatusOr<std::string> pem = ReadSmallFile(raw.ca_file, kMaxCaBytes);
    if (!pem.ok()) {
      return InvalidArgument("-ca-file={}: {}; give a readable file of PEM certificates", Shown(raw.ca_file),
                             Text(pem.status()));
    }
    if (pem->empty()) return InvalidArgument("-ca-file={}: is empty; give PEM certificates", Shown(raw.ca_file));
    plan.ca_pem = *std::move(pem);
  }
  absl::StatusOr<AgentAccess> access = ReadAgentAccess(raw.access, environment);
  if (!access.ok()) return access.status();
  raw.options.access = *std::move(access);
  return absl::OkStatus();
}

}  // namespace

const char kRunIntro[] =
    "wsload [run] [flags]: puts load on a WebSocket gateway, alone or over agents.\n"
    "Also: wsload doctor (agents), selftest (this machine), certs, version, help.\n"
    "Durations: 500ms, 1m30s; sizes: 100, 1k.";

absl::StatusOr<RunCommandLine> ParseRunFlags(const std::vector<std::string>& args, const Environment& environment,
                                             std::string_view intro) {
  Raw raw;
  FlagSet flags("wsload", "WSLOAD");
  Bind(flags, raw);
  if (absl::Status parsed = flags.Parse(args, environment); !parsed.ok()) return parsed;

  RunCommandLine line;
  if (flags.help_wanted() || flags.helpfull_wanted()) {
    line.print = flags.Usage(intro, flags.helpfull_wanted());
    return line;
  }
  if (raw.version) {
    line.print = fmt::format("wsload {}\n", kVersion);
    return line;
  }
  if (!flags.positional().empty()) {
    return InvalidArgument("unexpected argument \"{}\"; flags are written -name=value (-help lists them)",
                           Shown(flags.positional().front()));
  }
  if (absl::Status checked = CheckCombinations(flags, raw); !checked.ok()) return checked;
  if (absl::Status read = ReadHeaders(raw); !read.ok()) return read;
  if (absl::Status read = ReadFiles(raw, environment); !read.ok()) return read;
  if (absl::Status valid = ValidatePlan(raw.plan); !valid.ok()) return valid;
  line.plan = std::move(raw.plan);
  line.options = std::move(raw.options);
  line.options.server_given = flags.IsSet("server");
  return line;
}

}  // namespace wsload
