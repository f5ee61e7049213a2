#include "tests/gateway/gateway_flags.h"

#include <string>
#include <utility>

#include "common/flags/bind_fields.h"
#include "common/security/secret_file.h"
#include "common/util/status.h"
#include "tests/gateway/gateway_fields.h"

namespace wsload::gateway {
namespace {

constexpr Field<ProgramOptions> kProgramFields[] = {
    {MemberOf<&ProgramOptions::cipher_key_file>(),
     {.flag = "cipher-key-file",
      .help = {"file with the cipher key; empty: the demo key", "消息体的密钥文件；不填则用演示密钥"},
      .in_short_help = true,
      .example = "FILE"}},
    {MemberOf<&ProgramOptions::jwt_key_file>(),
     {.flag = "jwt-key-file",
      .help = {"file with the token key; empty: the demo key", "令牌的密钥文件；不填则用演示密钥"},
      .in_short_help = true,
      .example = "FILE"}},
    {MemberOf<&ProgramOptions::port_file>(),
     {.flag = "port-file",
      .help = {"write the port number to this file once it serves", "开始服务后把端口号写入该文件"},
      .example = "FILE"}},
    {MemberOf<&ProgramOptions::stats_interval_ns>(),
     {.flag = "stats-interval",
      .help = {"progress lines on stderr; 0: none", "在标准错误输出进度的间隔；0 表示不输出"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 0,
      .example = "1s"}},
};

absl::Status ReadKey(std::string_view flag, const std::string& file, std::string& key) {
  if (file.empty()) return absl::OkStatus();
  auto content = ReadSecretFile(flag, file);
  if (content.ok()) key = *std::move(content);
  return content.status();
}

}  // namespace

Fields<ProgramOptions> ProgramFields() { return kProgramFields; }

void BindFlags(FlagSet& flags, ProgramOptions& program) {
  program.gateway.listen.port = 9002;
  BindFields(flags, GatewayFields(), program.gateway);
  BindFields(flags, ProgramFields(), program);
}

absl::Status FinishOptions(const FlagSet& flags, ProgramOptions& program) {
  if (absl::Status none = flags.CheckNoArguments(); !none.ok()) return none;
  if (auto status = CheckFields(ProgramFields(), program); !status.ok()) return status;
  if (auto status = ReadKey("cipher-key-file", program.cipher_key_file, program.gateway.cipher_key); !status.ok()) {
    return status;
  }
  if (auto status = ReadKey("jwt-key-file", program.jwt_key_file, program.gateway.jwt_key); !status.ok()) return status;
  return ValidateOptions(program.gateway);
}

}  // namespace wsload::gateway
