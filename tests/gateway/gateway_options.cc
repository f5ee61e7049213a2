#include "tests/gateway/gateway_options.h"

#include "common/util/status.h"

namespace wsload::gateway {
namespace {

absl::Status ValidateFaults(const GatewayOptions& options) {
  if (!(options.ack_drop_share >= 0 && options.ack_drop_share <= 1)) {
    return InvalidArgument("-ack-drop={}: want a share from 0 to 1", options.ack_drop_share);
  }
  const RejectSpec& reject = options.reject_handshake;
  if (reject.status != 0 && (reject.status < 300 || reject.status > 599)) {
    return InvalidArgument("-reject-handshake={}: want an HTTP status from 300 to 599", reject.status);
  }
  if (!(reject.share >= 0 && reject.share <= 1)) {
    return InvalidArgument("-reject-handshake: want a share from 0 to 1 behind the colon, such as 403:0.5");
  }
  if (options.stall_every_ns < 0 || options.stall_for_ns < 0) {
    return InvalidArgument("-stall-every and -stall-for: want durations of 0 and more");
  }
  if ((options.stall_every_ns > 0) != (options.stall_for_ns > 0)) {
    return InvalidArgument("-stall-every and -stall-for belong together: give both, such as 10s and 1s");
  }
  if (options.stall_for_ns > 0 && options.stall_for_ns >= options.stall_every_ns) {
    return InvalidArgument("-stall-for must be shorter than -stall-every");
  }
  if (options.push_per_s < 0 || options.push_per_s > 1'000'000) {
    return InvalidArgument("-push-rate={}: want 0 to 1000000 a second", options.push_per_s);
  }
  if (options.push_repeats < 0 || options.push_repeat_ns <= 0) {
    return InvalidArgument("-push-repeats must not be negative, -push-repeat-every must be more than 0");
  }
  if (options.rate_limit_per_s < 0 || options.rate_limit_per_s > 1'000'000'000 || options.rate_limit_burst < 0 ||
      options.rate_limit_burst > 1'000'000'000) {
    return InvalidArgument("-rate-limit and -rate-limit-burst: want 0 to 1000000000");
  }
  if (options.redirect_after_ns > 0 && options.redirect_to.empty()) {
    return InvalidArgument("-redirect-after needs -redirect-to=host:port");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateOptions(const GatewayOptions& options) {
  if (options.threads < 1 || options.threads > 256) {
    return InvalidArgument("-threads={}: want 1 to 256", options.threads);
  }
  if (options.path.empty() || options.path.front() != '/' || options.path == "/stats") {
    return InvalidArgument("-path={}: want a path such as /ws; /stats is taken", options.path);
  }
  if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
    return InvalidArgument("-tls-cert and -tls-key belong together: give both or none");
  }
  if (options.auto_close_idle_ns <= 0) return InvalidArgument("-auto-close-idle must be more than 0");
  const bool answers_otherwise = options.ack_delay != DelaySpec{} || options.ack_drop_share > 0 ||
                                 options.push_per_s > 0 || options.rate_limit_per_s > 0 ||
                                 !options.redirect_to.empty() || options.close_after.messages > 0;
  if (options.echo && answers_otherwise) {
    return InvalidArgument(
        "-echo sends every message back at once: leave out -ack-delay, -ack-drop, -push-rate, -rate-limit, "
        "-redirect-to and -close-after=Nmsgs");
  }
  return ValidateFaults(options);
}

}  // namespace wsload::gateway
