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

/// What messages are like, and how often they are sent.
absl::Status CheckMessages(const RunPlan& plan) {
  const MessageSizes sizes = SizesOf(plan);
  if (!plan.size.empty() && plan.msg_size_bytes != sizes.mean()) {
    return LocalInvalidArgument({"-msg-size={}: -size={} says how large messages are, {} bytes on average; leave one "
                                 "of the two out",
                                 "-msg-size={}：消息大小由 -size={} 决定，平均 {} 字节；请去掉其中一个"},
                                plan.msg_size_bytes, plan.size.text(), sizes.mean());
  }
  if (plan.protocol != Protocol::kEcho) return absl::OkStatus();
  if (!sizes.constant() && sizes.smallest() < kEchoKeyBytes) {
    return LocalInvalidArgument(
        {"-size={}: -protocol=echo knows messages of several sizes by a key of {} bytes; make all of them as large",
         "-size={}：-protocol=echo 靠 {} 字节的键识别大小不一的消息；请使每种大小都不小于它"},
        plan.size.text(), kEchoKeyBytes);
  }
  if (plan.retry > 0) {
    return LocalInvalidArgument({"-retry={}: is for a server that knows messages by their keys, and -protocol=echo has "
                                 "none; leave it out",
                                 "-retry={}：用于按键识别消息的服务器，而 -protocol=echo 没有；请去掉它"},
                                plan.retry);
  }
  return absl::OkStatus();
}

/// A closed loop has no schedule.
absl::Status CheckModel(const RunPlan& plan) {
  if (plan.model == LoadModel::kOpen) return absl::OkStatus();
  if (plan.mps == Rate(0) && plan.stages.empty() && plan.arrivals == Arrivals::kConstant) return absl::OkStatus();
  return LocalInvalidArgument(
      {"-model=closed: messages leave as fast as the server answers, for -duration; leave -mps, "
       "-stages and -arrivals out",
       "-model=closed：消息随服务器的应答速度发送，持续 -duration；请去掉 -mps、-stages 和 "
       "-arrivals"});
}

/// When messages are due.
absl::Status CheckSchedule(const RunPlan& plan) {
  if (!plan.stages.empty() && plan.duration_ns != plan.stages.duration_ns()) {
    return LocalInvalidArgument({"-duration={}: -stages says how long the load lasts, {} in all; leave -duration out",
                                 "-duration={}：时长由 -stages 决定，合计 {}；请去掉 -duration"},
                                FormatDuration(plan.duration_ns), FormatDuration(plan.stages.duration_ns()));
  }
  if (plan.warm_up_ns > StageList::kMostNs - plan.duration_ns) {
    return LocalInvalidArgument({"-warm-up={}: with what is measured, {}, it is longer than {}; shorten one of the two",
                                 "-warm-up={}：与测量时长 {} 合计超过 {}；请缩短其中之一"},
                                FormatDuration(plan.warm_up_ns), FormatDuration(plan.duration_ns),
                                FormatDuration(StageList::kMostNs));
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

/// Who is connected when.
absl::Status CheckLives(const RunPlan& plan) {
  if (!plan.clients_stages.empty() && plan.clients != LargestCrowd(plan.clients_stages)) {
    return LocalInvalidArgument({"-clients={}: -clients-stages says how many there are, {} at most; leave -clients out",
                                 "-clients={}：客户端数由 -clients-stages 决定，最多 {}；请去掉 -clients"},
                                plan.clients, LargestCrowd(plan.clients_stages));
  }
  for (const Storm& storm : plan.storm.storms()) {
    if (storm.offset_ns < LoadNs(plan)) continue;
    return LocalInvalidArgument({"-storm: {} is after the end of the load, {}; for example -storm={}:50%",
                                 "-storm：{} 晚于负载的结束 {}；例如 -storm={}:50%"},
                                FormatDuration(storm.offset_ns), FormatDuration(LoadNs(plan)),
                                FormatDuration(LoadNs(plan) / 2));
  }
  if (plan.protocol == Protocol::kEcho && (plan.devices > 1 || plan.redirect == Redirect::kFollow)) {
    return LocalInvalidArgument({"-{}: -protocol=echo has no {}; leave it out", "-{}：-protocol=echo 没有{}；请去掉它"},
                                plan.devices > 1 ? "devices" : "redirect",
                                plan.devices > 1 ? LocalText{"users", "用户"} : LocalText{"redirections", "重定向"});
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

/// Whether those who are to behave badly can, and others are left.
absl::Status CheckAwkward(const RunPlan& plan) {
  if (!plan.awkward.empty() && plan.push != PushMode::kOff) {
    return LocalInvalidArgument(
        {"-awkward: -push=stamp needs everybody to be there who ought to get a message; leave one of them out",
         "-awkward：-push=stamp 要求应收到消息的人都在场；请去掉其中一个"});
  }
  for (size_t i = 0; i < plan.awkward.list().size(); ++i) {
    const Awkward& each = plan.awkward.list()[i];
    const bool by_gateway =
        each.kind != AwkwardKind::kCut && each.kind != AwkwardKind::kSlowRead && each.kind != AwkwardKind::kSplitFrame;
    if (by_gateway && plan.protocol == Protocol::kEcho) {
      return LocalInvalidArgument(
          {"-awkward={}: -protocol=echo has neither tokens nor acknowledged pushes; leave it out",
           "-awkward={}：-protocol=echo 既没有令牌，也没有需要确认的推送；请去掉它"},
          NameOf(each.kind));
    }
    if (plan.awkward.CountOf(i, plan.clients) > 0) continue;
    return LocalInvalidArgument({"-awkward={}:{}: of {} clients that is none; raise the share, or -clients",
                                 "-awkward={}:{}：在 {} 个客户端中不足一个；请提高比例或增加 -clients"},
                                NameOf(each.kind), each.share.text(), plan.clients);
  }
  if (WellBehavedClients(plan) > 0) return absl::OkStatus();
  return LocalInvalidArgument({"-awkward: of {} clients none is left that behaves well, and the run is about those; "
                               "lower the shares, or raise -clients",
                               "-awkward：{} 个客户端中没有一个行为正常，而运行的指标针对它们；请降低比例或增加 "
                               "-clients"},
                              plan.clients);
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
  // Who ought to get a message is arithmetic, of clients that are users of their own and stay.
  const std::pair<bool, const char*> moving[] = {{plan.devices > 1, "devices"},
                                                 {!plan.session.endless(), "session"},
                                                 {!plan.churn.zero(), "churn"},
                                                 {!plan.clients_stages.empty(), "clients-stages"}};
  for (const auto& [given, flag] : moving) {
    if (!given) continue;
    return LocalInvalidArgument({"-{}: -push=stamp needs the same users from beginning to end; leave one of them out",
                                 "-{}：-push=stamp 要求自始至终是同一批用户；请去掉其中一个"},
                                flag);
  }
  const int64_t least = kPushStampBytes + (echo ? kEchoKeyBytes : 0);
  if (const int64_t smallest = SizesOf(plan).smallest(); smallest < least) {
    return LocalInvalidArgument(
        {"-{}={}: a stamp (-push=stamp) needs at least {} bytes", "-{}={}：标记（-push=stamp）至少需要 {} 字节"},
        plan.size.empty() ? "msg-size" : "size", plan.size.empty() ? std::to_string(smallest) : plan.size.text(),
        least);
  }
  if (plan.retry > 0) {
    return LocalInvalidArgument(
        {"-retry={}: the stamp (-push=stamp) of a message sent again would be another message's; "
         "leave one of the two out",
         "-retry={}：重发的消息的标记（-push=stamp）会成为另一条消息的；请去掉其中一个"},
        plan.retry);
  }
  return absl::OkStatus();
}

}  // namespace

int64_t WellBehavedClients(const RunPlan& plan) { return plan.clients - plan.awkward.Count(plan.clients); }

bool ClientsDialAgain(const RunPlan& plan) {
  return !plan.reconnect.off() || !plan.session.endless() || !plan.churn.zero() || !plan.clients_stages.empty() ||
         plan.redirect == Redirect::kFollow;
}

int64_t LargestCrowd(const StageList& clients_stages) {
  int64_t largest = 0;
  for (const Stage& stage : clients_stages.stages()) {
    largest = std::max(largest, stage.to.units() / Rate::kUnitsPerSecond);
  }
  return largest;
}

int64_t LoadNs(const RunPlan& plan) { return plan.warm_up_ns + plan.duration_ns; }

RateProfile ProfileOf(const RunPlan& plan) {
  // Where the rate is the same throughout, so are the messages' instants: one piece, whatever of it is measured.
  if (plan.stages.empty()) return RateProfile(plan.mps, LoadNs(plan));
  const std::vector<Stage>& stages = plan.stages.stages();
  if (plan.warm_up_ns == 0) return RateProfile(plan.mps, stages);
  const Rate warm = plan.mps.zero() ? stages.front().to : plan.mps;
  // The first stage begins where it would without a warm-up: at -mps, which takes no time.
  std::vector<Stage> load = {{.duration_ns = plan.warm_up_ns, .to = warm, .jump = true}, {.to = plan.mps}};
  load.insert(load.end(), stages.begin(), stages.end());
  return RateProfile(plan.mps, load);
}

Schedule ScheduleOf(const RunPlan& plan) {
  return Schedule(ProfileOf(plan), plan.arrivals, static_cast<uint64_t>(plan.seed));
}

double MeanPerSecond(const RunPlan& plan) {
  if (plan.stages.empty()) return plan.mps.per_second();
  const RateProfile profile = ProfileOf(plan);
  const Measure measured = profile.total() - profile.Before(plan.warm_up_ns);
  const double messages = static_cast<double>(measured) / static_cast<double>(kMeasurePerMessage);
  return messages * kNsPerSecond / static_cast<double>(plan.duration_ns);
}

double PlannedPerSecond(const RunPlan& plan) {
  if (plan.arrivals == Arrivals::kConstant) return MeanPerSecond(plan);
  return static_cast<double>(PlannedMessages(plan)) * kNsPerSecond / static_cast<double>(plan.duration_ns);
}

int64_t PlannedMessages(const RunPlan& plan) {
  const Schedule schedule = ScheduleOf(plan);
  return schedule.total() - schedule.CountDueBefore(plan.warm_up_ns);
}

int64_t DrainNs(const RunPlan& plan) {
  const int64_t answered_ns = AnswerTimeNs(plan);
  return plan.push == PushMode::kOff ? answered_ns : std::max(answered_ns, plan.push_wait_ns);
}

MessageSizes SizesOf(const RunPlan& plan) {
  if (plan.size.empty()) return MessageSizes::Constant(plan.msg_size_bytes);
  // A key has room in each, and so has a stamp.
  const int64_t least =
      (plan.protocol == Protocol::kEcho ? kEchoKeyBytes : 0) + (plan.push == PushMode::kOff ? 0 : kPushStampBytes);
  return plan.size.DrawnFrom(least);
}

int64_t AnswerTimeNs(const RunPlan& plan) { return (plan.retry + 1) * plan.resp_timeout_ns; }

absl::Status ValidatePlan(const RunPlan& plan) {
  if (auto status = CheckFields(PlanFields(), plan); !status.ok()) return status;
  if (auto status = CheckMessages(plan); !status.ok()) return status;
  if (auto status = CheckModel(plan); !status.ok()) return status;
  if (auto status = CheckSchedule(plan); !status.ok()) return status;
  if (auto status = CheckLives(plan); !status.ok()) return status;
  if (auto status = CheckAwkward(plan); !status.ok()) return status;
  if (auto status = CheckPush(plan); !status.ok()) return status;
  if (auto status = CheckUpgrade(plan); !status.ok()) return status;
  if (auto status = CheckLocalAddrs(plan); !status.ok()) return status;
  return plan.protocol == Protocol::kGateway ? CheckGateway(plan) : absl::OkStatus();
}

}  // namespace wsload
