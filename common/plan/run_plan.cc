#include "common/plan/run_plan.h"

#include <netinet/in.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "common/net/socket_address.h"
#include "common/plan/echo_key.h"
#include "common/plan/plan_fields.h"
#include "common/plan/push_posts.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr size_t kMaxHeaders = 64;
constexpr size_t kMaxHeaderBytes = 8192;
constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxKeyBytes = 64 * 1024;

// Names that the upgrade request itself carries, or that would change where it ends.
bool BelongsToUpgrade(std::string_view name) {
  const std::string lower = AsciiLower(name);
  return lower == "host" || lower == "upgrade" || lower == "connection" || lower == "content-length" ||
         lower == "transfer-encoding" || lower.starts_with("sec-websocket-");
}

// What sets such a header; null: nothing does.
const char* FlagFor(std::string_view name) {
  const std::string lower = AsciiLower(name);
  if (lower == "sec-websocket-protocol") return "-subprotocol=NAME,NAME";
  return lower == "sec-websocket-extensions" ? "-compress" : nullptr;
}

// Header values may be credentials: lines name the header alone.
absl::Status CheckHeaders(const RunPlan& plan) {
  constexpr LocalText kExample = {"for example -header='X-AutoClose: true'", "例如 -header='X-AutoClose: true'"};
  if (plan.headers.size() > kMaxHeaders)
    return LocalInvalidArgument({"-header: at most {} of them", "-header：最多 {} 个"}, kMaxHeaders);
  for (const auto& [name, value] : plan.headers) {
    if (!IsHttpToken(name) || name.size() > kMaxNameBytes) {
      return LocalInvalidArgument({"-header={}: not a header name; {}", "-header={}：不是合法的头部名称；{}"},
                                  Shown(name), kExample);
    }
    if (const char* flag = FlagFor(name); flag != nullptr) {
      return LocalInvalidArgument({"-header={}: the WebSocket upgrade sets this one itself; use {} instead",
                                   "-header={}：该头部由 WebSocket 升级请求自行设置；请改用 {}"},
                                  name, flag);
    }
    if (BelongsToUpgrade(name)) {
      return LocalInvalidArgument({"-header={}: the WebSocket upgrade sets this one itself; leave it out",
                                   "-header={}：该头部由 WebSocket 升级请求自行设置；请去掉它"},
                                  name);
    }
    if (value.size() > kMaxHeaderBytes) {
      return LocalInvalidArgument(
          {"-header={}: the value is over {} bytes; shorten it", "-header={}：值超过 {} 字节；请缩短"}, name,
          kMaxHeaderBytes);
    }
    if (!IsUtf8(value) || HasControlCharacter(value)) {
      return LocalInvalidArgument({"-header={}: the value has a line break, control character or broken UTF-8; {}",
                                   "-header={}：值中有换行、控制字符或无效的 UTF-8；{}"},
                                  name, kExample);
    }
  }
  return absl::OkStatus();
}

/// What a client may send (RFC 6455 section 7.4): names of the protocol, those registered since, and free ones.
bool MayBeSent(int32_t close_code) {
  const bool named = close_code >= 1000 && close_code <= 1014 && (close_code < 1004 || close_code > 1006);
  return close_code == 0 || named || (close_code >= 3000 && close_code <= 4999);
}

absl::Status CheckUpgrade(const RunPlan& plan) {
  if (!MayBeSent(plan.close_code)) {
    return LocalInvalidArgument(
        {"-close-code={}: no code that a client may send; 1000, 1001, 3000 to 4999, or 0 for none",
         "-close-code={}：客户端不能发送该关闭码；可用 1000、1001、3000 至 4999，或 0 表示不带"},
        plan.close_code);
  }
  if (!plan.ca_pem.empty() &&
      (plan.ca_pem.size() > kMaxCaBytes || plan.ca_pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos)) {
    return LocalInvalidArgument({"-ca-file: no PEM certificates in it; want a file with -----BEGIN CERTIFICATE-----",
                                 "-ca-file：其中没有 PEM 证书；需要含有 -----BEGIN CERTIFICATE----- 的文件"});
  }
  return CheckHeaders(plan);
}

/// Where both are known without a lookup, one must be able to reach the other.
absl::Status CheckLocalAddrs(const RunPlan& plan) {
  if (plan.local_addrs.empty()) return absl::OkStatus();
  const WsUrl& url = plan.server.url();
  const auto server = SocketAddress::FromLiteral(url.host, url.port);
  if (!server.has_value()) return absl::OkStatus();
  const auto reaches = [family = server->family()](const SocketAddress& source) { return source.family() == family; };
  const std::vector<SocketAddress>& sources = plan.local_addrs.addresses();
  if (std::any_of(sources.begin(), sources.end(), reaches)) return absl::OkStatus();
  return LocalInvalidArgument({"-local-addrs: no {} address among them, and -server={} has no other; add one",
                               "-local-addrs：其中没有 {} 地址，而 -server={} 只有这种地址；请添加一个"},
                              server->family() == AF_INET6 ? "IPv6" : "IPv4", Shown(plan.server.text()));
}

absl::Status CheckCipher(const RunPlan& plan) {
  const size_t length = plan.cipher_key.size();
  switch (plan.cipher) {
    case CipherKind::kNone:
      return absl::OkStatus();
    case CipherKind::kAesGcm:
      if (length == 16 || length == 24 || length == 32) return absl::OkStatus();
      return LocalInvalidArgument({"-cipher-key-file: the key has {} bytes, -cipher=aes needs 16, 24 or 32",
                                   "-cipher-key-file：密钥为 {} 字节，而 -cipher=aes 需要 16、24 或 32 字节"},
                                  length);
    case CipherKind::kChaCha20Poly1305:
      if (length == 32) return absl::OkStatus();
      return LocalInvalidArgument({"-cipher-key-file: the key has {} bytes, -cipher=chacha20poly1305 needs 32",
                                   "-cipher-key-file：密钥为 {} 字节，而 -cipher=chacha20poly1305 需要 32 字节"},
                                  length);
  }
  return LocalInvalidArgument({"-cipher: unknown; want aes, chacha20poly1305 or none",
                               "-cipher：无法识别；可选值：aes、chacha20poly1305 或 none"});
}

// What only the gateway's protocol uses: users, their tokens, the body's cipher.
absl::Status CheckGateway(const RunPlan& plan) {
  if (auto status = CheckCipher(plan); !status.ok()) return status;
  if (plan.first_user_id > std::numeric_limits<int64_t>::max() - plan.clients) {
    return LocalInvalidArgument(
        {"-first-user-id={}: {} clients from there run out of numbers; for example -first-user-id=10000",
         "-first-user-id={}：从它起的 {} 个客户端会超出编号范围；例如 -first-user-id=10000"},
        plan.first_user_id, plan.clients);
  }
  if (plan.jwt_key.empty())
    return LocalInvalidArgument({"-jwt-key-file: the key is empty; give a file that holds one",
                                 "-jwt-key-file：密钥为空；请给出含有密钥的文件"});
  if (plan.jwt_key.size() > kMaxKeyBytes) {
    return LocalInvalidArgument({"-jwt-key-file: the key is over {} bytes; give a shorter one",
                                 "-jwt-key-file：密钥超过 {} 字节；请换用更短的"},
                                kMaxKeyBytes);
  }
  if (plan.jwt_issuer.size() > kMaxNameBytes || !IsUtf8(plan.jwt_issuer) || HasControlCharacter(plan.jwt_issuer)) {
    return LocalInvalidArgument(
        {"-jwt-issuer={}: must be at most {} bytes of UTF-8 without control characters; for example -jwt-issuer=mock",
         "-jwt-issuer={}：必须是不超过 {} 字节、不含控制字符的 UTF-8；例如 -jwt-issuer=mock"},
        Shown(plan.jwt_issuer), kMaxNameBytes);
  }
  if (plan.token_param.empty() || plan.token_param.size() > kMaxNameBytes ||
      !std::all_of(plan.token_param.begin(), plan.token_param.end(), IsUrlUnreserved)) {
    return LocalInvalidArgument(
        {"-token-param={}: must be letters, digits, '-', '.', '_' or '~'; for example -token-param=token",
         "-token-param={}：只能由字母、数字、'-'、'.'、'_' 或 '~' 组成；例如 -token-param=token"},
        Shown(plan.token_param));
  }
  if (plan.server.url().HasParameter(plan.token_param)) {
    // Its value may be a credential.
    return LocalInvalidArgument({"-server: the URL already has a parameter {}=, in which every client sends a token of "
                                 "its own; leave it out of "
                                 "the URL, name another one with -token-param, or use -protocol=echo",
                                 "-server：URL 中已有参数 {}=，而每个客户端要用它发送自己的令牌；请从 URL 中去掉它，用 "
                                 "-token-param 换一个名称，或使用 -protocol=echo"},
                                plan.token_param);
  }
  return absl::OkStatus();
}

/// When messages are due.
absl::Status CheckSchedule(const RunPlan& plan) {
  if (!plan.stages.empty() && plan.duration_ns != plan.stages.duration_ns()) {
    return LocalInvalidArgument({"-duration={}: -stages says how long the load lasts, {} in all; leave -duration out",
                                 "-duration={}：时长由 -stages 决定，合计 {}；请去掉 -duration"},
                                FormatDuration(plan.duration_ns), FormatDuration(plan.stages.duration_ns()));
  }
  const Measure expected = ProfileOf(plan).total() / kMeasurePerMessage;
  if (plan.arrivals == Arrivals::kPoisson && expected > static_cast<Measure>(PoissonPoints::kMostExpected)) {
    return LocalInvalidArgument(
        {"-arrivals=poisson: takes at most {} messages, and {} are planned; lower the rate, shorten the run, or use "
         "-arrivals=constant",
         "-arrivals=poisson：最多 {} 条消息，而计划为 {} 条；请降低速率、缩短时长，或使用 -arrivals=constant"},
        PoissonPoints::kMostExpected, static_cast<int64_t>(expected));
  }
  return absl::OkStatus();
}

absl::Status CheckPosts(const RunPlan& plan) {
  if (plan.push_url.empty()) return absl::OkStatus();
  if (plan.protocol == Protocol::kEcho) {
    return LocalInvalidArgument({"-push-url: with -protocol=echo the server does not know who is who; leave it out",
                                 "-push-url：-protocol=echo 时服务器不知道谁是谁；请去掉它"});
  }
  if (plan.push_rate.zero()) {
    return LocalInvalidArgument({"-push-rate=0: nothing would be posted; for example -push-rate=100/s",
                                 "-push-rate=0：不会投递任何内容；例如 -push-rate=100/s"});
  }
  if (plan.push_body.find(kStampHole) == std::string::npos) {
    return LocalInvalidArgument({"-push-body: no {} in it, by which a push is known again; for example {}",
                                 "-push-body：其中没有用来识别推送的 {}；例如 {}"},
                                kStampHole, kDefaultPushBody);
  }
  if (std::ssize(plan.push_body) > kMostPushBodyBytes || !IsUtf8(plan.push_body)) {
    return LocalInvalidArgument(
        {"-push-body: want at most {} bytes of UTF-8", "-push-body：应为不超过 {} 字节的 UTF-8"}, kMostPushBodyBytes);
  }
  return absl::OkStatus();
}

/// Whether messages have room for stamps, and who ought to get them is said.
absl::Status CheckPush(const RunPlan& plan) {
  if (plan.push == PushMode::kOff) {
    if (plan.push_url.empty()) return absl::OkStatus();
    return LocalInvalidArgument({"-push-url: what comes of posts is known by their stamps; add -push=stamp",
                                 "-push-url：投递的结果由标记得知；请加上 -push=stamp"});
  }
  if (absl::Status posts = CheckPosts(plan); !posts.ok()) return posts;
  if (plan.push_to.empty() && !plan.push_url.empty()) return absl::OkStatus();
  if (plan.push_to.empty()) {
    return LocalInvalidArgument(
        {"-push=stamp: who ought to get a message? Add -to=peer, -to=group:N or -to=all, or -push-url",
         "-push=stamp：消息应由谁收到？请加上 -to=peer、-to=group:N 或 -to=all，或 -push-url"});
  }
  const bool echo = plan.protocol == Protocol::kEcho;
  if (echo && !plan.push_to.everybody()) {
    return LocalInvalidArgument({"-to={}: with -protocol=echo the server does not know who is who; want -to=all",
                                 "-to={}：-protocol=echo 时服务器不知道谁是谁；应为 -to=all"},
                                plan.push_to.text());
  }
  const int64_t least = kPushStampBytes + (echo ? kEchoKeyBytes : 0);
  if (plan.msg_size_bytes < least) {
    return LocalInvalidArgument({"-msg-size={}: a stamp (-push=stamp) needs at least {} bytes",
                                 "-msg-size={}：标记（-push=stamp）至少需要 {} 字节"},
                                plan.msg_size_bytes, least);
  }
  return absl::OkStatus();
}

}  // namespace

RateProfile ProfileOf(const RunPlan& plan) {
  if (plan.stages.empty()) return RateProfile(plan.mps, plan.duration_ns);
  return RateProfile(plan.mps, plan.stages.stages());
}

Schedule ScheduleOf(const RunPlan& plan) {
  return Schedule(ProfileOf(plan), plan.arrivals, static_cast<uint64_t>(plan.seed));
}

double MeanPerSecond(const RunPlan& plan) {
  if (plan.stages.empty()) return plan.mps.per_second();
  const double messages = static_cast<double>(ProfileOf(plan).total()) / static_cast<double>(kMeasurePerMessage);
  return messages * kNsPerSecond / static_cast<double>(plan.duration_ns);
}

double PlannedPerSecond(const RunPlan& plan) {
  if (plan.arrivals == Arrivals::kConstant) return MeanPerSecond(plan);
  return static_cast<double>(ScheduleOf(plan).total()) * kNsPerSecond / static_cast<double>(plan.duration_ns);
}

int64_t DrainNs(const RunPlan& plan) {
  return plan.push == PushMode::kOff ? plan.resp_timeout_ns : std::max(plan.resp_timeout_ns, plan.push_wait_ns);
}

absl::Status ValidatePlan(const RunPlan& plan) {
  if (auto status = CheckFields(PlanFields(), plan); !status.ok()) return status;
  if (auto status = CheckSchedule(plan); !status.ok()) return status;
  if (auto status = CheckPush(plan); !status.ok()) return status;
  if (auto status = CheckUpgrade(plan); !status.ok()) return status;
  if (auto status = CheckLocalAddrs(plan); !status.ok()) return status;
  return plan.protocol == Protocol::kGateway ? CheckGateway(plan) : absl::OkStatus();
}

}  // namespace wsload
