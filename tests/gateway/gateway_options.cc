#include "tests/gateway/gateway_options.h"

#include "common/util/local_error.h"
#include "tests/gateway/gateway_fields.h"
#include "tests/gateway/push_endpoint.h"

namespace wsload::gateway {
namespace {

absl::Status ValidateQueue(const GatewayOptions& options) {
  if (options.servers > 0 && MeanNs(options.service_time) <= 0) {
    return LocalInvalidArgument({"-servers={} needs the time that one of them takes, such as -service-time=5ms",
                                 "-servers={} 需要给出一条消息的处理时间，如 -service-time=5ms"},
                                options.servers);
  }
  if (options.servers == 0 && options.service_time != DelaySpec{}) {
    return LocalInvalidArgument({"-service-time needs the number of servers, such as -servers=4",
                                 "-service-time 需要给出服务台数量，如 -servers=4"});
  }
  if (options.ack_drop_first && options.dedup != Dedup::kAck) {
    return LocalInvalidArgument(
        {"-ack-drop-first needs -dedup=ack: else a repeated message has no acknowledgement anyhow",
         "-ack-drop-first 需要 -dedup=ack：否则重发的消息本来就没有确认"});
  }
  return absl::OkStatus();
}

absl::Status ValidateFaults(const GatewayOptions& options) {
  const RejectSpec& reject = options.reject_handshake;
  if (reject.status != 0 && (reject.status < 300 || reject.status > 599)) {
    return LocalInvalidArgument({"-reject-handshake={}: want an HTTP status from 300 to 599",
                                 "-reject-handshake={}：应为 300 至 599 的 HTTP 状态码"},
                                reject.status);
  }
  if (!(reject.share >= 0 && reject.share <= 1)) {
    return LocalInvalidArgument({"-reject-handshake: want a share from 0 to 1 behind the colon, such as 403:0.5",
                                 "-reject-handshake：冒号后应为 0 至 1 的比例，如 403:0.5"});
  }
  if ((options.stall_every_ns > 0) != (options.stall_for_ns > 0)) {
    return LocalInvalidArgument({"-stall-every and -stall-for belong together: give both, such as 10s and 1s",
                                 "-stall-every 和 -stall-for 须同时使用：请都给出，如 10s 和 1s"});
  }
  if (options.stall_for_ns > 0 && options.stall_for_ns >= options.stall_every_ns) {
    return LocalInvalidArgument({"-stall-for must be shorter than -stall-every", "-stall-for 必须短于 -stall-every"});
  }
  if (options.push_loss + options.push_duplicate + options.push_reorder > 1) {
    return LocalInvalidArgument(
        {"-push-loss, -push-duplicate and -push-reorder are more than 1 together: a push meets one",
         "-push-loss、-push-duplicate 和 -push-reorder 之和超过 1：一条推送只遇到其中一种"});
  }
  if (options.redirect_after_ns > 0 && options.redirect_to.empty()) {
    return LocalInvalidArgument(
        {"-redirect-after needs -redirect-to=host:port", "-redirect-after 需要 -redirect-to=host:port"});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateOptions(const GatewayOptions& options) {
  if (auto status = CheckFields(GatewayFields(), options); !status.ok()) return status;
  if (options.path.empty() || options.path.front() != '/' || options.path == "/stats" || options.path == kPushPath) {
    return LocalInvalidArgument({"-path={}: want a path such as /ws; /stats and /push are taken",
                                 "-path={}：应为 /ws 这样的路径；/stats 和 /push 已被占用"},
                                options.path);
  }
  if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
    return LocalInvalidArgument({"-tls-cert and -tls-key belong together: give both or none",
                                 "-tls-cert 和 -tls-key 须同时使用：请都给出或都去掉"});
  }
  const bool answers_otherwise = options.ack_delay != DelaySpec{} || options.ack_drop_share > 0 ||
                                 options.push_per_s > 0 || options.rate_limit_per_s > 0 || options.servers > 0 ||
                                 !options.redirect_to.empty() || options.close_after.messages > 0;
  if (options.echo && answers_otherwise) {
    return LocalInvalidArgument(
        {"-echo sends every message back at once: leave out -ack-delay, -ack-drop, -push-rate, -rate-limit, "
         "-servers, -redirect-to and -close-after=Nmsgs",
         "-echo 会立即原样返回每条消息：请去掉 -ack-delay、-ack-drop、-push-rate、-rate-limit、-servers、-redirect-to 和 "
         "-close-after=Nmsgs"});
  }
  if (auto status = ValidateQueue(options); !status.ok()) return status;
  return ValidateFaults(options);
}

}  // namespace wsload::gateway
