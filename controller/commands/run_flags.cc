#include "controller/commands/run_flags.h"

#include <utility>

#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/lang/environment_language.h"
#include "common/net/host_port.h"
#include "common/plan/plan_fields.h"
#include "common/security/access_token.h"
#include "common/security/secret_file.h"
#include "common/time/duration.h"
#include "common/util/file.h"
#include "common/util/local_error.h"
#include "common/util/text.h"
#include "controller/commands/access_flags.h"
#include "controller/commands/command_line.h"

namespace wsload {
namespace {

// Of the variables that stand for flags, and of those that hold secrets themselves, for containers that hand them over
// this way: WSLOAD_JWT_KEY for the plan's jwt_key.
constexpr char kEnvironmentPrefix[] = "WSLOAD";
constexpr std::string_view kTokenFile = "token-file";

/// What the flags write to before it is checked and read.
struct Raw {
  RunPlan plan;
  FilePaths plan_files;
  RunPolicy policy;
  JudgeOptions judge;
  OutputOptions output;
  AccessFlags access;
  std::optional<FindMaxFlags> find;
};

/// Of a trial, unless told otherwise: there are dozens of them.
constexpr int64_t kTrialRampUpNs = kNsPerSecond;

void Bind(FlagSet& flags, Raw& raw) {
  BindFields(flags, PlanFields(), raw.plan, &raw.plan_files);
  BindFields(flags, AccessFields(), raw.access);
  BindFields(flags, PolicyFields(), raw.policy);
  BindFields(flags, JudgeFields(), raw.judge);
  BindFields(flags, OutputFields(), raw.output);
  if (raw.find.has_value()) BindFields(flags, FindMaxFields(), *raw.find);
  // What stands in the environment itself, with the same prefix.
  flags.AddVariable("token");
  for (const Field<RunPlan>& field : PlanFields()) {
    if (field.info.from_file && field.info.exposure == Exposure::kSecret) flags.AddVariable(field.info.name);
  }
}

/// What the dashboard asks for; empty: it asks nobody. One that others reach must know whom it shows the run to, and
/// who may stop it.
absl::StatusOr<std::string> ReadDashboardToken(const OutputOptions& output, const AgentAccess& access) {
  if (output.dashboard.empty()) return std::string();
  const absl::StatusOr<HostPort> address = ParseHostPort(output.dashboard, /*allow_port_zero=*/true);
  if (!address.ok())
    return LocalInvalidArgument({"-dashboard={}: {}", "-dashboard={}：{}"}, Shown(output.dashboard), address.status());
  if (!output.dashboard_token_file.empty()) return ReadTokenFile("dashboard-token-file", output.dashboard_token_file);
  if (address->IsLoopback()) return std::string();
  if (!access.token.empty()) return access.token;
  return LocalInvalidArgument({"-dashboard={}: whoever reaches it could look on and stop the run; add "
                               "-dashboard-token-file=FILE, whose token is then the password, or listen on 127.0.0.1",
                               "-dashboard={}：任何能访问它的人都可以查看并停止压测；请加上 "
                               "-dashboard-token-file=FILE（其中的令牌即为密码），或监听 127.0.0.1"},
                              output.dashboard);
}

/// What messages are like, and what makes them due.
absl::Status CheckMessageFlags(const FlagSet& flags, const RunPlan& plan) {
  if (!plan.size.empty() && flags.IsSet("msg-size")) {
    return LocalInvalidArgument({"-msg-size: -size={} says how large messages are; leave -msg-size out",
                                 "-msg-size：消息大小由 -size={} 决定；请去掉 -msg-size"},
                                plan.size.text());
  }
  if (plan.model == LoadModel::kClosed) {
    for (const char* name : {"mps", "stages", "arrivals"}) {
      if (flags.IsSet(name)) {
        return LocalInvalidArgument({"-{}: with -model=closed messages leave as fast as the server answers; leave -{} "
                                     "out, or use -model=open",
                                     "-{}：-model=closed 时消息随服务器的应答速度发送；请去掉 -{}，或使用 -model=open"},
                                    name, name);
      }
    }
  }
  return absl::OkStatus();
}

/// Which of two flags cannot go together is a matter of what was written, not of values.
absl::Status CheckCombinations(const FlagSet& flags, const Raw& raw) {
  if (raw.plan.protocol == Protocol::kEcho) {
    for (const char* name : {"serializer", "cipher", "cipher-key-file"}) {
      if (flags.IsSet(name)) {
        return LocalInvalidArgument({"-{}: -protocol=echo sends plain text; leave -{} out, or use -protocol=gateway",
                                     "-{}：-protocol=echo 发送明文；请去掉 -{}，或使用 -protocol=gateway"},
                                    name, name);
      }
    }
  }
  if (raw.plan.cipher == CipherKind::kNone && !raw.plan_files.at("cipher_key").empty()) {
    return LocalInvalidArgument({"-cipher-key-file: -cipher=none has no key; leave one of the two out",
                                 "-cipher-key-file：-cipher=none 没有密钥；请去掉其中一个"});
  }
  if (!raw.plan_files.at("ca_pem").empty() && raw.plan.insecure_skip_verify) {
    return LocalInvalidArgument({"-ca-file: -insecure-skip-verify takes any certificate; leave one of the two out",
                                 "-ca-file：-insecure-skip-verify 接受任何证书；请去掉其中一个"});
  }
  if (!raw.plan.server.url().secure) {
    for (const char* name : {"ca-file", "insecure-skip-verify"}) {
      if (flags.IsSet(name)) {
        return LocalInvalidArgument({"-{}: only wss:// has certificates; leave it out, or write -server=wss://...",
                                     "-{}：只有 wss:// 才有证书；请去掉它，或写 -server=wss://..."},
                                    name);
      }
    }
  }
  if (!raw.plan.stages.empty() && flags.IsSet("duration")) {
    return LocalInvalidArgument({"-duration: -stages says how long the load lasts, {} in all; leave -duration out",
                                 "-duration：时长由 -stages 决定，合计 {}；请去掉 -duration"},
                                FormatDuration(raw.plan.stages.duration_ns()));
  }
  if (!raw.plan.clients_stages.empty() && flags.IsSet("clients")) {
    return LocalInvalidArgument({"-clients: -clients-stages says how many there are, {} at most; leave -clients out",
                                 "-clients：客户端数由 -clients-stages 决定，最多 {}；请去掉 -clients"},
                                LargestCrowd(raw.plan.clients_stages));
  }
  if (absl::Status messages = CheckMessageFlags(flags, raw.plan); !messages.ok()) return messages;
  if (flags.IsSet("threshold") && raw.judge.thresholds.empty()) {
    // As of a variable that nobody set: such a run would pass.
    return LocalInvalidArgument({"-threshold=: is empty; write for example -threshold='p(99)<200ms', or leave it out",
                                 "-threshold=：为空；例如写作 -threshold='p(99)<200ms'，或去掉它"});
  }
  if (raw.policy.repeat > 1 && raw.output.json) {
    return LocalInvalidArgument(
        {"-json: -repeat={} has more than one result to print; leave it out, and read them from -out",
         "-json：-repeat={} 有多个结果要输出；请去掉它，从 -out 读取结果"},
        raw.policy.repeat);
  }
  if (flags.IsSet("out") && raw.output.out_dir.empty()) {
    return LocalInvalidArgument({"-out=: is empty; name a directory, or write -out=none to keep nothing",
                                 "-out=：为空；请指定目录，或用 -out=none 不保存"});
  }
  if (raw.access.agents.empty()) {
    for (const char* name : {"tls-ca", "tls-cert", "tls-key", "token-file"}) {
      // A dashboard asks for the token too.
      if (flags.IsSet(name) && (name != kTokenFile || raw.output.dashboard.empty())) {
        return LocalInvalidArgument({"-{}: is for agents over the network; leave it out, or name them with -agents",
                                     "-{}：用于网络上的压测节点；请去掉它，或用 -agents 指定节点"},
                                    name);
      }
    }
  }
  return absl::OkStatus();
}

/// A secret, from the file at `path`, else from the environment, else the row's fallback.
absl::StatusOr<std::string> ReadSecret(const FieldInfo& info, const std::string& path, const Environment& environment) {
  if (!path.empty()) return ReadSecretFile(info.flag, path);
  std::string value = ValueOf(environment, EnvironmentName(kEnvironmentPrefix, info.name));
  if (value.empty() && info.fallback != nullptr) value = info.fallback;
  return value;
}

/// An empty path: empty.
absl::StatusOr<std::string> ReadCertificates(const FieldInfo& info, const std::string& path) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::string> pem = ReadSmallFile(path, kMaxCaBytes);
  if (!pem.ok()) {
    return LocalInvalidArgument(
        {"-{}={}: {}; give a readable file of PEM certificates", "-{}={}：{}；请给出可读的 PEM 证书文件"}, info.flag,
        Shown(path), pem.status());
  }
  if (pem->empty())
    return LocalInvalidArgument({"-{}={}: is empty; give PEM certificates", "-{}={}：为空；请给出 PEM 证书"}, info.flag,
                                Shown(path));
  return pem;
}

/// What the plan has from files.
absl::Status ReadPlanFiles(const FilePaths& paths, const Environment& environment, RunPlan& plan) {
  for (const Field<RunPlan>& field : PlanFields()) {
    const FieldInfo& info = field.info;
    if (!info.from_file) continue;
    const std::string& path = paths.at(info.name);
    absl::StatusOr<std::string> content =
        info.exposure == Exposure::kSecret ? ReadSecret(info, path, environment) : ReadCertificates(info, path);
    if (!content.ok()) return content.status();
    if (absl::Status set = field.member.set(plan, *std::move(content)); !set.ok()) return set;
  }
  // What is sent in the clear has no key.
  if (plan.protocol == Protocol::kEcho) plan.cipher = CipherKind::kNone;
  if (plan.cipher == CipherKind::kNone) plan.cipher_key.clear();
  return absl::OkStatus();
}

/// What other flags decide.
void FollowOthers(const FlagSet& flags, RunPlan& plan) {
  if (!plan.size.empty()) plan.msg_size_bytes = SizesOf(plan).mean();
  if (plan.model == LoadModel::kClosed) plan.mps = 0;
  if (!plan.clients_stages.empty()) plan.clients = LargestCrowd(plan.clients_stages);
  if (plan.stages.empty()) return;
  // The first stage begins where -mps says; the default is none.
  plan.duration_ns = plan.stages.duration_ns();
  if (!flags.IsSet("mps")) plan.mps = 0;
}

/// What a search is for, and what it cannot do with trials that are runs of their own.
absl::Status CheckFindMax(const FlagSet& flags, const Raw& raw) {
  if (raw.judge.thresholds.empty()) {
    return LocalInvalidArgument(
        {"find-max: without -threshold everything holds; write for example -threshold='p(99)<200ms'",
         "find-max：没有 -threshold 则任何负载都满足；请写例如 -threshold='p(99)<200ms'"});
  }
  for (const char* name : {"repeat", "repeat-all", "dashboard", "linger", "stages", "model"}) {
    if (!flags.IsSet(name)) continue;
    return LocalInvalidArgument(
        {"-{}: is for a run, and find-max has many; leave it out", "-{}：用于单次压测，而 find-max 有多次；请去掉它"},
        name);
  }
  return CheckFields(FindMaxFields(), *raw.find);
}

absl::Status Check(const FlagSet& flags, const Raw& raw) {
  if (absl::Status none = flags.CheckNoArguments(); !none.ok()) return none;
  if (raw.find.has_value()) {
    if (absl::Status checked = CheckFindMax(flags, raw); !checked.ok()) return checked;
  }
  if (absl::Status checked = CheckCombinations(flags, raw); !checked.ok()) return checked;
  if (absl::Status checked = CheckFields(PolicyFields(), raw.policy); !checked.ok()) return checked;
  if (absl::Status checked = CheckFields(JudgeFields(), raw.judge); !checked.ok()) return checked;
  return CheckFields(OutputFields(), raw.output);
}

/// What does nothing in this run is said and not refused: scripts share their flags.
void AddWithoutEffect(const FlagSet& flags, const Raw& raw, std::vector<LocalString>& notices) {
  const auto add = [&](const char* name, const LocalText& why) {
    if (!flags.IsSet(name)) return;
    notices.push_back(FillLocal({"-{} has no effect {}; leave it out", "-{} {}不起作用；请去掉它"}, name, why));
  };
  if (raw.access.agents.empty()) {
    for (const char* name : {"on-agent-loss", "agent-lease"}) add(name, {"without -agents", "在没有 -agents 时"});
  }
  if (raw.output.quiet) {
    for (const char* name : {"screen", "stats-interval"}) add(name, {"with -quiet", "与 -quiet 同用时"});
  } else if (raw.output.screen == ScreenMode::kOff) {
    add("stats-interval", {"with -screen=off", "与 -screen=off 同用时"});
  }
  if (raw.judge.thresholds.empty()) {
    for (const char* name : {"abort-on-fail", "accept"}) add(name, {"without -threshold", "未用 -threshold 时"});
  }
  if (raw.plan.model == LoadModel::kOpen) add("in-flight", {"without -model=closed", "未用 -model=closed 时"});
  if (raw.policy.repeat == 1) add("repeat-all", {"without -repeat", "未用 -repeat 时"});
  if (raw.output.dashboard.empty()) {
    for (const char* name : {"dashboard-token-file", "linger"}) add(name, {"without -dashboard", "未用 -dashboard 时"});
  }
  if (raw.find.has_value()) {
    add("duration", {"in find-max, whose trials take -goal-duration", "在 find-max 中（试验时长为 -goal-duration）"});
    const bool of_rate = raw.find->find == FindVariable::kRate;
    for (const char* name : {"min-rate", "max-rate"}) {
      if (!of_rate) add(name, {"with -find=clients", "与 -find=clients 同用时"});
    }
    for (const char* name : {"min-clients", "max-clients"}) {
      if (of_rate) add(name, {"without -find=clients", "未用 -find=clients 时"});
    }
  }
}

absl::StatusOr<RunCommandLine> ParseInto(Raw& raw, const std::vector<std::string>& args, const Environment& environment,
                                         const LocalText& intro) {
  raw.output.language = EnvironmentLanguage(environment);
  FlagSet flags("wsload", kEnvironmentPrefix);
  Bind(flags, raw);
  if (absl::Status parsed = flags.Parse(args, environment); !parsed.ok()) return parsed;

  RunCommandLine line;
  line.print = flags.Answer(intro);
  if (line.print.has_value()) return line;
  if (absl::Status checked = Check(flags, raw); !checked.ok()) return checked;
  FollowOthers(flags, raw.plan);
  if (absl::Status read = ReadPlanFiles(raw.plan_files, environment, raw.plan); !read.ok()) return read;
  absl::StatusOr<AgentAccess> access = ReadAgentAccess(raw.access, environment);
  if (!access.ok()) return access.status();
  absl::StatusOr<std::string> dashboard_token = ReadDashboardToken(raw.output, *access);
  if (!dashboard_token.ok()) return dashboard_token.status();
  if (absl::Status valid = ValidatePlan(raw.plan); !valid.ok()) return valid;
  if (!raw.find.has_value()) {
    if (absl::Status fit = raw.judge.thresholds.CheckAgainst(raw.plan); !fit.ok()) return fit;
  }
  std::vector<LocalString> notices = flags.notices();
  AddWithoutEffect(flags, raw, notices);
  line.notices = TextsIn(raw.output.language, notices);
  line.labels = {.title = raw.output.title,
                 .tags = raw.output.tags.tags(),
                 .command_line = CommandLineOf(
                     flags, {raw.plan, raw.plan_files, raw.policy, raw.judge, raw.output, raw.access, raw.find})};
  line.find = raw.find;
  line.plan = std::move(raw.plan);
  line.policy = raw.policy;
  line.judge = std::move(raw.judge);
  line.output = std::move(raw.output);
  line.agents = std::move(raw.access.agents);
  line.access = *std::move(access);
  line.dashboard_token = *std::move(dashboard_token);
  line.server_given = flags.IsSet("server");
  return line;
}

}  // namespace

const LocalText kRunIntro = {
    "wsload [run] [flags]: puts load on a WebSocket gateway, alone or over agents.\n"
    "Also: wsload find-max, doctor (agents), selftest (machine), report, certs, help.\n"
    "Durations: 500ms, 1m30s; sizes: 100, 1k (1024 bytes); counts: 100, 2k (2000).",
    "wsload [run] [参数]：对 WebSocket 网关施压，单机或经由多个压测节点。\n"
    "另有：wsload find-max、doctor（节点）、selftest（本机）、report、certs、help。\n"
    "时长写作 500ms、1m30s；大小写作 100、1k（1024 字节）；数量写作 100、2k（2000）。"};

absl::StatusOr<RunCommandLine> ParseRunFlags(const std::vector<std::string>& args, const Environment& environment,
                                             const LocalText& intro) {
  Raw raw;
  return ParseInto(raw, args, environment, intro);
}

absl::StatusOr<RunCommandLine> ParseFindMaxFlags(const std::vector<std::string>& args, const Environment& environment,
                                                 const LocalText& intro) {
  Raw raw;
  raw.find.emplace();
  raw.plan.ramp_up_ns = kTrialRampUpNs;
  return ParseInto(raw, args, environment, intro);
}

}  // namespace wsload
