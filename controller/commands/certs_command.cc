#include "controller/commands/certs_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "common/exit_code.h"
#include "common/flags/bind_fields.h"
#include "common/flags/flag_set.h"
#include "common/plan/field.h"
#include "common/time/clock.h"
#include "common/util/file.h"
#include "common/util/language.h"
#include "common/util/local_error.h"
#include "common/util/status.h"
#include "common/util/system_error.h"
#include "common/util/text.h"
#include "controller/certs/certificate_set.h"
#include "controller/commands/command.h"

namespace wsload {
namespace {

constexpr LocalText kCertsIntro = {
    "wsload certs DIR [flags]: makes a certificate authority, and certificates for agents\n"
    "and controllers that it has signed, in DIR.",
    "wsload certs 目录 [参数]：在该目录中生成一个证书颁发机构，\n"
    "以及由它签发的压测节点证书和控制器证书。"};
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kCertificateMode = 0644;
constexpr mode_t kKeyMode = 0600;

struct File {
  const char* name;
  const std::string* content;
  mode_t mode;
};

absl::StatusOr<std::vector<std::string>> ParseHosts(std::string_view list) {
  std::vector<std::string> hosts;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    hosts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return hosts;
}

std::string HostsText(const std::vector<std::string>& hosts) { return fmt::format("{}", fmt::join(hosts, ",")); }

struct CertsOptions {
  std::string directory;
  std::vector<std::string> hosts;
  int64_t days = 365;
  bool force = false;
};

constexpr Field<CertsOptions> kCertsFields[] = {
    {TextMemberOf<&CertsOptions::hosts, ParseHosts, HostsText>(),
     {.name = "hosts",
      .flag = "hosts",
      .help = {"names and addresses of the agents, beside localhost: a,b,10.0.0.1",
               "除 localhost 外，各压测节点的名称和地址：a,b,10.0.0.1"},
      .in_short_help = true,
      .example = "load1,load2"}},
    {MemberOf<&CertsOptions::days>(),
     {.name = "days",
      .flag = "days",
      .help = {"how long the certificates are good", "证书的有效天数"},
      .in_short_help = true,
      .least = 1,
      .most = 3650,
      .example = "365"}},
    {MemberOf<&CertsOptions::force>(),
     {.name = "force",
      .flag = "force",
      .help = {"replace what is in DIR; agents then need the new files",
               "替换目录中已有的文件；各压测节点随后需要新文件"},
      .in_short_help = true}},
};

absl::Status FileError(const std::string& path, const LocalString& reason) {
  return LocalStatus(absl::StatusCode::kUnavailable,
                     FillLocal({"cannot write {}: {}; check the directory's rights, or name another",
                                "无法写入 {}：{}；请检查目录权限，或换一个目录"},
                               Shown(path), reason));
}

absl::Status WriteAll(const CertsOptions& options, const CertificateSet& made) {
  const std::array<File, 6> files = {{{"ca-key.pem", &made.authority.key_pem, kKeyMode},
                                      {"ca.pem", &made.authority.cert_pem, kCertificateMode},
                                      {"agent-key.pem", &made.agent.key_pem, kKeyMode},
                                      {"agent.pem", &made.agent.cert_pem, kCertificateMode},
                                      {"controller-key.pem", &made.controller.key_pem, kKeyMode},
                                      {"controller.pem", &made.controller.cert_pem, kCertificateMode}}};
  if (::mkdir(options.directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
    return FileError(options.directory, SystemErrorLines(errno));
  }
  const auto path = [&](const File& file) { return options.directory + "/" + file.name; };
  for (const File& file : files) {
    if (!options.force && ::access(path(file).c_str(), F_OK) == 0) {
      return LocalStatus(
          absl::StatusCode::kAlreadyExists,
          FillLocal({"{} exists, and agents may rely on it; name another directory, or add -force to replace all",
                     "{} 已存在，可能有压测节点正在使用；请换一个目录，或加上 -force 全部替换"},
                    Shown(path(file))));
    }
  }
  for (const File& file : files) {
    const absl::Status written = WriteFile(path(file), *file.content, file.mode);
    if (!written.ok()) return FileError(path(file), ErrorLines(written));
  }
  return absl::OkStatus();
}

std::string HowToUse(const CertsOptions& options) {
  const std::string& dir = options.directory;
  const std::string host = options.hosts.empty() ? "localhost" : options.hosts.front();
  const std::string listen = options.hosts.empty() ? "127.0.0.1:7400" : "0.0.0.0:7400";
  return fmt::format(
      "In {0}, good for {1} days:\n"
      "  ca.pem                              whom both sides trust\n"
      "  ca-key.pem                          would sign more; keep it here, no agent needs it\n"
      "  agent.pem, agent-key.pem            for agents at {2}\n"
      "  controller.pem, controller-key.pem  for controllers\n"
      "\n"
      "Copy ca.pem, agent.pem and agent-key.pem to every load host, and there:\n"
      "  wsload-agent -listen={3} -tls-cert=agent.pem -tls-key=agent-key.pem -tls-client-ca=ca.pem\n"
      "Here:\n"
      "  wsload -agents={4}:7400 -tls-ca={0}/ca.pem -tls-cert={0}/controller.pem -tls-key={0}/controller-key.pem\n",
      dir, options.days,
      options.hosts.empty() ? "localhost" : fmt::format("{}, localhost", fmt::join(options.hosts, ", ")), listen,
      host.find(':') == std::string::npos ? host : "[" + host + "]");
}

absl::Status Check(const FlagSet& flags, CertsOptions& options) {
  if (flags.positional().size() != 1) {
    return LocalInvalidArgument(
        {"certs: want one directory, {} given; for example: wsload certs tls -hosts=load1,load2",
         "certs：需要一个目录，却给出了 {} 个；例如：wsload certs tls -hosts=load1,load2"},
        flags.positional().size());
  }
  options.directory = flags.positional().front();
  return CheckFields(Fields<CertsOptions>(kCertsFields), options);
}

absl::Status Run(const CertsOptions& options) {
  const absl::StatusOr<CertificateSet> made =
      MakeCertificateSet(options.hosts, SystemClock().UnixNs() / kNsPerSecond, options.days);
  if (!made.ok()) return made.status();
  return WriteAll(options, *made);
}

}  // namespace

int CertsCommand(const std::vector<std::string>& args, const Environment& environment) {
  CertsOptions options;
  FlagSet flags("wsload certs", "WSLOAD_CERTS");
  BindFields(flags, Fields<CertsOptions>(kCertsFields), options);
  const Language language = WantedLanguage(args, environment, "WSLOAD_CERTS");
  absl::Status status = flags.Parse(args, environment);
  if (const auto answer = flags.Answer(kCertsIntro, /*always_full=*/true); status.ok() && answer.has_value()) {
    Print(stdout, *answer);
    return static_cast<int>(ExitCode::kPassed);
  }
  if (status.ok()) status = Check(flags, options);
  if (status.ok()) PrintNotices(TextsIn(language, flags.notices()));
  if (status.ok()) status = Run(options);
  if (!status.ok()) return static_cast<int>(FailWith(status, language));
  Print(stdout, HowToUse(options));
  return static_cast<int>(ExitCode::kPassed);
}

}  // namespace wsload
