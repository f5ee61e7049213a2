#include "tests/gateway/gateway_fields.h"

#include <absl/strings/numbers.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/host_port.h"
#include "common/time/duration.h"
#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload::gateway {
namespace {

absl::StatusOr<RejectSpec> ParseReject(std::string_view text) {
  const auto wrong = [] {
    return LocalInvalidArgument({"want an HTTP status, or one with a share, such as 403 or 403:0.5",
                                 "应为 HTTP 状态码，或带比例，如 403 或 403:0.5"});
  };
  RejectSpec reject;
  const size_t colon = text.find(':');
  const std::string_view status = text.substr(0, colon);
  const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), reject.status);
  if (error != std::errc() || end != status.data() + status.size()) return wrong();
  if (colon != std::string_view::npos && !absl::SimpleAtod(ToAbsl(text.substr(colon + 1)), &reject.share)) {
    return wrong();
  }
  return reject;
}

absl::StatusOr<CloseAfterSpec> ParseCloseAfter(std::string_view text) {
  CloseAfterSpec close_after;
  constexpr std::string_view kMessages = "msgs";
  if (text.ends_with(kMessages)) {
    const std::string_view number = text.substr(0, text.size() - kMessages.size());
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), close_after.messages);
    if (error == std::errc() && end == number.data() + number.size() && close_after.messages > 0) return close_after;
  } else if (const auto age_ns = ParseDuration(text); age_ns.ok() && *age_ns >= 0) {
    close_after.age_ns = *age_ns;
    return close_after;
  }
  return LocalInvalidArgument(
      {"want a duration or a number of messages, such as 30s or 100msgs", "应为时长或消息数，如 30s 或 100msgs"});
}

absl::StatusOr<RedirectTarget> ParseTarget(std::string_view text) {
  RedirectTarget target;
  const size_t equals = text.find('=');
  auto address = ParseHostPort(text.substr(0, equals));
  if (!address.ok()) return address.status();
  target.address = *std::move(address);
  if (equals == std::string_view::npos) return target;
  const std::string_view weight = text.substr(equals + 1);
  const auto [end, error] = std::from_chars(weight.data(), weight.data() + weight.size(), target.weight);
  if (error != std::errc() || end != weight.data() + weight.size() || target.weight < 0) {
    return LocalInvalidArgument({"want a weight from 0 on behind the =, such as host:9002=3",
                                 "= 之后应为不小于 0 的权重，如 host:9002=3"});
  }
  return target;
}

absl::StatusOr<std::vector<RedirectTarget>> ParseRedirect(std::string_view text) {
  std::vector<RedirectTarget> targets;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    auto target = ParseTarget(text.substr(0, comma));
    if (!target.ok()) return target.status();
    targets.push_back(*std::move(target));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return targets;
}

absl::StatusOr<uint64_t> ParseSeed(std::string_view text) {
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    return LocalInvalidArgument({"want a whole number", "应为整数"});
  return seed;
}
std::string SeedText(uint64_t seed) { return std::to_string(seed); }

absl::StatusOr<HostPort> ParseListen(std::string_view text) { return ParseHostPort(text, /*allow_port_zero=*/true); }
std::string ListenText(const HostPort& address) { return address.ToString(); }

// Of the faults only the default is ever shown: none.
template <typename Fault>
const char* NoDelay(const Fault&) {
  return "0";
}
template <typename Fault>
const char* Nothing(const Fault&) {
  return "";
}

constexpr int64_t kMostPerSecond = 1'000'000'000;

constexpr Field<GatewayOptions> kGatewayFields[] = {
    {TextMemberOf<&GatewayOptions::listen, ParseListen, ListenText>(),
     {.flag = "listen",
      .help = {"address to serve on; port 0: any free one", "服务的地址；端口 0 表示任意空闲端口"},
      .in_short_help = true,
      .example = "127.0.0.1:9002"}},
    {MemberOf<&GatewayOptions::threads>(),
     {.flag = "threads", .help = {"serving threads", "服务线程数"}, .least = 1, .most = 256, .example = "4"}},
    {MemberOf<&GatewayOptions::serializer>(),
     {.flag = "serializer", .help = {"json or proto", "json 或 proto"}, .in_short_help = true, .example = "json"}},
    {MemberOf<&GatewayOptions::cipher>(),
     {.flag = "cipher",
      .help = {"body encryption: aes, chacha20poly1305 or none", "消息体加密：aes、chacha20poly1305 或 none"},
      .in_short_help = true,
      .example = "aes"}},
    {MemberOf<&GatewayOptions::token_param>(),
     {.flag = "token-param",
      .help = {"query parameter that carries the token", "携带令牌的 URL 查询参数"},
      .example = "token"}},
    {MemberOf<&GatewayOptions::path>(),
     {.flag = "path", .help = {"path of the WebSocket endpoint", "WebSocket 端点的路径"}, .example = "/ws"}},
    {MemberOf<&GatewayOptions::compress>(),
     {.flag = "compress",
      .if_true = "context",
      .if_false = "off",
      .help = {"agree to permessage-deflate when it is offered: context (also -compress alone), no-context or off",
               "客户端请求时接受 permessage-deflate 压缩：context（单写 -compress 亦然）、no-context 或 off"},
      .in_short_help = true,
      .example = "no-context"}},
    {MemberOf<&GatewayOptions::tls_cert_file>(),
     {.flag = "tls-cert",
      .help = {"PEM certificate chain: serve wss://", "PEM 证书链：以 wss:// 服务"},
      .in_short_help = true,
      .example = "FILE"}},
    {MemberOf<&GatewayOptions::tls_key_file>(),
     {.flag = "tls-key", .help = {"PEM private key", "PEM 私钥"}, .in_short_help = true, .example = "FILE"}},
    {MemberOf<&GatewayOptions::echo>(),
     {.flag = "echo",
      .help = {"no tokens and no protocol: every message comes back as it was", "没有令牌和协议：每条消息原样返回"},
      .in_short_help = true}},
    {MemberOf<&GatewayOptions::dedup>(),
     {.flag = "dedup",
      .if_true = "drop",
      .if_false = "off",
      .help = {"a message whose key came before: drop (no answer), ack (acknowledged again) or off (like any other)",
               "键重复的消息：drop（不应答）、ack（再次确认）或 off（与其他消息一样）"},
      .example = "ack"}},
    {MemberOf<&GatewayOptions::auto_close_idle_ns>(),
     {.flag = "auto-close-idle",
      .help = {"idle time after which links with X-AutoClose: true are closed",
               "带 X-AutoClose: true 的连接空闲多久后被关闭"},
      .unit = Unit::kNanoseconds,
      .least = 1,
      .example = "10s"}},

    // Faults.
    {TextMemberOf<&GatewayOptions::ack_delay, ParseDelaySpec, NoDelay<DelaySpec>>(),
     {.flag = "ack-delay",
      .help = {"time from a message to its acknowledgement: 20ms, exp:5ms or uniform:1ms-9ms",
               "从收到消息到确认的时间：20ms、exp:5ms 或 uniform:1ms-9ms"},
      .in_short_help = true,
      .example = "20ms"}},
    {MemberOf<&GatewayOptions::ack_drop_share>(),
     {.flag = "ack-drop",
      .help = {"share of the acknowledgements that are not sent, exact", "不发送的确认所占的比例，精确"},
      .in_short_help = true,
      .least = 0,
      .most = 1,
      .example = "0.1"}},
    {MemberOf<&GatewayOptions::ack_drop_first>(),
     {.flag = "ack-drop-first",
      .help = {"-ack-drop is a share of the messages that come for the first time; repeated ones are acknowledged",
               "-ack-drop 只作用于首次到达的消息；重发的消息照常确认"}}},
    {MemberOf<&GatewayOptions::servers>(),
     {.flag = "servers",
      .help = {"acknowledgements come out of one queue with so many servers: servers / service time is the most that "
               "it takes; 0: no queue",
               "确认经由一个有这么多服务台的队列：最大吞吐量为 servers / service-time；0 表示没有队列"},
      .in_short_help = true,
      .least = 0,
      .most = 1'000'000,
      .example = "4"}},
    {TextMemberOf<&GatewayOptions::service_time, ParseDelaySpec, NoDelay<DelaySpec>>(),
     {.flag = "service-time",
      .help = {"how long a server works on one message: 5ms, exp:5ms or uniform:1ms-9ms",
               "一个服务台处理一条消息的时间：5ms、exp:5ms 或 uniform:1ms-9ms"},
      .in_short_help = true,
      .example = "5ms"}},
    {MemberOf<&GatewayOptions::queue_length>(),
     {.flag = "queue",
      .help = {"messages that may wait for a server", "可等待服务台的消息数"},
      .unit = Unit::kCount,
      .least = 0,
      .most = 10'000'000,
      .example = "1000"}},
    {MemberOf<&GatewayOptions::queue_full>(),
     {.flag = "queue-full",
      .help = {"what a message beyond that gets: drop (no answer) or limit (RATE_LIMIT_EXCEEDED)",
               "超出的消息：drop（不应答）或 limit（RATE_LIMIT_EXCEEDED）"},
      .example = "limit"}},
    {TextMemberOf<&GatewayOptions::reject_handshake, ParseReject, Nothing<RejectSpec>>(),
     {.flag = "reject-handshake",
      .help = {"refuse handshakes with this HTTP status, or a share of them: 403, 403:0.5",
               "以该 HTTP 状态拒绝全部或部分握手：403、403:0.5"},
      .in_short_help = true,
      .example = "403"}},
    {MemberOf<&GatewayOptions::handshake_rate_per_s>(),
     {.flag = "handshake-rate",
      .help = {"handshakes accepted per second; 0: no limit", "每秒接受的握手数；0 表示不限"},
      .in_short_help = true,
      .unit = Unit::kCount,
      .least = 0,
      .most = kMostPerSecond,
      .example = "500"}},
    {MemberOf<&GatewayOptions::handshake_over>(),
     {.flag = "handshake-over",
      .help = {"what a handshake beyond that gets: wait (for its turn) or reject (503)",
               "超出的握手：wait（排队等待）或 reject（503）"},
      .example = "reject"}},
    {TextMemberOf<&GatewayOptions::close_after, ParseCloseAfter, NoDelay<CloseAfterSpec>>(),
     {.flag = "close-after",
      .help = {"close each connection with 1001 at this age or after so many messages: 30s, 100msgs",
               "每个连接到达该时长或消息数后以 1001 关闭：30s、100msgs"},
      .in_short_help = true,
      .example = "30s"}},
    {MemberOf<&GatewayOptions::stall_every_ns>(),
     {.flag = "stall-every",
      .help = {"stall once in each such period, in its middle, counted from the first upstream message",
               "从第一条上行消息起，每个这样的周期在中间停顿一次"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 0,
      .example = "10s"}},
    {MemberOf<&GatewayOptions::stall_for_ns>(),
     {.flag = "stall-for",
      .help = {"length of a stall: nothing is read or answered", "停顿的时长：期间不读取也不应答"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 0,
      .example = "1s"}},
    {MemberOf<&GatewayOptions::push_per_s>(),
     {.flag = "push-rate",
      .help = {"downstream messages per second, round robin over all connections", "每秒下行消息数，在所有连接间轮流"},
      .in_short_help = true,
      .unit = Unit::kCount,
      .least = 0,
      .most = 1'000'000,
      .example = "100"}},
    {MemberOf<&GatewayOptions::push_repeat_ns>(),
     {.flag = "push-repeat-every",
      .help = {"repeat a push until it is acknowledged", "未被确认的推送隔多久重发"},
      .unit = Unit::kNanoseconds,
      .least = 1,
      .example = "10s"}},
    {MemberOf<&GatewayOptions::push_repeats>(),
     {.flag = "push-repeats", .help = {"how often at most", "最多重发几次"}, .least = 0, .example = "6"}},
    {TextMemberOf<&GatewayOptions::forward, ParseForward, Nothing<ForwardSpec>>(),
     {.flag = "forward",
      .help =
          {"push every upstream message on to all other users, to the peer (pairs of user ids) or to the rest of the "
           "room (so many consecutive user ids)",
           "把每条上行消息推送给所有其他用户（all）、同伴（peer，用户 ID 两两成对）或同一房间的其他人（group:N，每 N "
           "个连续用户 ID）"},
      .in_short_help = true,
      .example = "group:50"}},
    {MemberOf<&GatewayOptions::first_user_id>(),
     {.flag = "first-user-id",
      .help = {"where pairs and rooms begin; with -echo the first connection is this user, and so on",
               "成对和房间从这个用户 ID 开始；-echo 时第一个连接即此用户，依次类推"},
      .example = "10000"}},
    {MemberOf<&GatewayOptions::push_loss>(),
     {.flag = "push-loss",
      .help = {"share of the forwarded and posted pushes that get lost, by the seed",
               "转发和提交的推送中丢失的比例，由种子决定"},
      .in_short_help = true,
      .least = 0,
      .most = 1,
      .example = "0.01"}},
    {MemberOf<&GatewayOptions::push_duplicate>(),
     {.flag = "push-duplicate",
      .help = {"share of them that are sent twice", "其中发送两次的比例"},
      .in_short_help = true,
      .least = 0,
      .most = 1,
      .example = "0.01"}},
    {MemberOf<&GatewayOptions::push_reorder>(),
     {.flag = "push-reorder",
      .help = {"share of them that are sent behind the next one of the same sender to the same receiver",
               "其中排到同一发送者发给同一接收者的下一条之后的比例"},
      .in_short_help = true,
      .least = 0,
      .most = 1,
      .example = "0.01"}},
    {MemberOf<&GatewayOptions::push_reorder_hold_ns>(),
     {.flag = "push-reorder-hold",
      .help = {"how long such a push waits for the next one", "这样的推送最多等待下一条多久"},
      .unit = Unit::kNanoseconds,
      .least = 1,
      .example = "1s"}},
    {MemberOf<&GatewayOptions::rate_limit_per_s>(),
     {.flag = "rate-limit",
      .help = {"upstream messages per second over all connections; 0: no limit",
               "所有连接合计的每秒上行消息数；0 表示不限"},
      .in_short_help = true,
      .unit = Unit::kCount,
      .least = 0,
      .most = kMostPerSecond,
      .example = "1000"}},
    {MemberOf<&GatewayOptions::rate_limit_burst>(),
     {.flag = "rate-limit-burst",
      .help = {"messages above the limit that may come at once; 0: twice it",
               "可一次超出限制的消息数；0 表示限制的两倍"},
      .unit = Unit::kCount,
      .least = 0,
      .most = kMostPerSecond,
      .example = "2000"}},
    {MemberOf<&GatewayOptions::restart_at_ns>(),
     {.flag = "restart-at",
      .help = {"restart once, so long after the first handshake; 0: only on SIGUSR2",
               "第一次握手后多久重启一次；0 表示只由 SIGUSR2 触发"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 0,
      .example = "30s"}},
    {MemberOf<&GatewayOptions::restart_for_ns>(),
     {.flag = "restart-for",
      .help = {"how long connections are refused then", "重启时拒绝连接多久"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 0,
      .example = "2s"}},
    {MemberOf<&GatewayOptions::restart_how>(),
     {.flag = "restart-how",
      .help = {"how connections end then: abrupt (RST) or orderly (close 1012)",
               "重启时连接如何结束：abrupt（RST）或 orderly（以 1012 关闭）"},
      .example = "orderly"}},
    {TextMemberOf<&GatewayOptions::redirect_to, ParseRedirect, Nothing<std::vector<RedirectTarget>>>(),
     {.flag = "redirect-to",
      .help =
          {"redirect every link to one of these (host:port,... or host:port=weight,...), once, and close it a second "
           "later",
           "把每个连接重定向一次到其中之一（host:port,... 或 host:port=权重,...），一秒后关闭"},
      .in_short_help = true,
      .example = "a:9002=3,b:9002"}},
    {MemberOf<&GatewayOptions::redirect_after_ns>(),
     {.flag = "redirect-after",
      .help = {"when, counted from the first handshake", "从第一次握手起多久后重定向"},
      .in_short_help = true,
      .unit = Unit::kNanoseconds,
      .least = 0,
      .example = "3s"}},
    {TextMemberOf<&GatewayOptions::seed, ParseSeed, SeedText>(),
     {.flag = "seed", .help = {"of the random delays", "随机延迟的种子"}, .example = "1"}},
    {MemberOf<&GatewayOptions::verbose>(),
     {.flag = "verbose", .help = {"a line on stderr for every connection", "每个连接在标准错误输出一行"}}},
};

}  // namespace

Fields<GatewayOptions> GatewayFields() { return kGatewayFields; }

}  // namespace wsload::gateway
