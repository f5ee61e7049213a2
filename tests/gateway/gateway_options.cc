#include "tests/gateway/gateway_options.h"

#include "common/util/status.h"
#include "tests/gateway/gateway_fields.h"
#include "tests/gateway/push_endpoint.h"

namespace wsload::gateway {
namespace {

absl::Status ValidateQueue(const GatewayOptions& options) {
  if (options.servers > 0 && MeanNs(options.service_time) <= 0) {
    return InvalidArgument("-servers={} needs the time that one of them takes, such as -service-time=5ms",
                           options.servers);
  }
  if (options.servers == 0 && options.service_time != DelaySpec{}) {
    return InvalidArgument("-service-time needs the number of servers, such as -servers=4");
  }
  if (options.ack_drop_first && options.dedup != Dedup::kAck) {
    return InvalidArgument("-ack-drop-first needs -dedup=ack: else a repeated message has no acknowledgement anyhow");
  }
  return absl::OkStatus();
}

absl::Status ValidateFaults(const GatewayOptions& options) {
  const RejectSpec& reject = options.reject_handshake;
  if (reject.status != 0 && (reject.status < 300 || reject.status > 599)) {
    return InvalidArgument("-reject-handshake={}: want an HTTP status from 300 to 599", reject.status);
  }
  if (!(reject.share >= 0 && reject.share <= 1)) {
    return InvalidArgument("-reject-handshake: want a share from 0 to 1 behind the colon, such as 403:0.5");
  }
  if ((options.stall_every_ns > 0) != (options.stall_for_ns > 0)) {
    return InvalidArgument("-stall-every and -stall-for belong together: give both, such as 10s and 1s");
  }
  if (options.stall_for_ns > 0 && options.stall_for_ns >= options.stall_every_ns) {
    return InvalidArgument("-stall-for must be shorter than -stall-every");
  }
  if (options.push_loss + options.push_duplicate + options.push_reorder > 1) {
    return InvalidArgument("-push-loss, -push-duplicate and -push-reorder are more than 1 together: a push meets one");
  }
  if (options.redirect_after_ns > 0 && options.redirect_to.empty()) {
    return InvalidArgument("-redirect-after needs -redirect-to=host:port");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateOptions(const GatewayOptions& options) {
  if (auto status = CheckFields(GatewayFields(), options); !status.ok()) return status;
  if (options.path.empty() || options.path.front() != '/' || options.path == "/stats" || options.path == kPushPath) {
    return InvalidArgument("-path={}: want a path such as /ws; /stats and /push are taken", options.path);
  }
  if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
    return InvalidArgument("-tls-cert and -tls-key belong together: give both or none");
  }
  const bool answers_otherwise = options.ack_delay != DelaySpec{} || options.ack_drop_share > 0 ||
                                 options.push_per_s > 0 || options.rate_limit_per_s > 0 || options.servers > 0 ||
                                 !options.redirect_to.empty() || options.close_after.messages > 0;
  if (options.echo && answers_otherwise) {
    return InvalidArgument(
        "-echo sends every message back at once: leave out -ack-delay, -ack-drop, -push-rate, -rate-limit, "
        "-servers, -redirect-to and -close-after=Nmsgs");
  }
  if (auto status = ValidateQueue(options); !status.ok()) return status;
  return ValidateFaults(options);
}

}  // namespace wsload::gateway
