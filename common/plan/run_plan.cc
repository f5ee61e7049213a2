#include "common/plan/run_plan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "common/net/source_list.h"
#include "common/net/ws_url.h"
#include "common/time/duration.h"
#include "common/util/status.h"
#include "common/util/text.h"

namespace wsload {
namespace {

constexpr int64_t kNsPerHour = 3600 * kNsPerSecond;
constexpr int64_t kMaxClients = 100'000'000;
constexpr int64_t kMaxMps = 100'000'000;
constexpr int64_t kMaxDurationNs = 30 * 24 * kNsPerHour;
constexpr int64_t kMaxTimeoutNs = kNsPerHour;  // the longest latency that a histogram tells apart
constexpr int64_t kMaxRampUpNs = 24 * kNsPerHour;
constexpr int64_t kMaxMsgSizeBytes = 1 << 20;
constexpr int64_t kMinHeartbeatNs = kNsPerMs;
constexpr int64_t kMaxHeartbeatNs = 24 * kNsPerHour;
constexpr int64_t kMinReportIntervalNs = 10 * kNsPerMs;
constexpr int64_t kMaxReportIntervalNs = 60 * kNsPerSecond;
constexpr int64_t kMaxTokenTtlSeconds = int64_t{10} * 365 * 24 * 3600;
constexpr int32_t kMaxWorkers = 1024;
constexpr size_t kMaxHeaders = 64;
constexpr size_t kMaxHeaderBytes = 8192;
constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxKeyBytes = 64 * 1024;
constexpr size_t kMaxLocalAddrsBytes = 64 * 1024;
constexpr size_t kMaxCaBytes = 4 << 20;

// With these bounds the number of messages needs no check of its own.
static_assert(kMaxMps <= std::numeric_limits<int64_t>::max() / (kMaxDurationNs / kNsPerSecond));

absl::Status CheckRange(std::string_view flag, int64_t value, int64_t least, int64_t most, int64_t example) {
  if (value < least) {
    return InvalidArgument("-{}={}: must be at least {}; for example -{}={}", flag, value, least, flag, example);
  }
  if (value > most) {
    return InvalidArgument("-{}={}: must be at most {}; for example -{}={}", flag, value, most, flag, example);
  }
  return absl::OkStatus();
}

absl::Status CheckDuration(std::string_view flag, int64_t ns, int64_t least_ns, int64_t most_ns,
                           std::string_view example) {
  if (ns < least_ns) {
    const std::string bound =
        least_ns == 1 ? "must be more than 0" : fmt::format("must be at least {}", FormatDuration(least_ns));
    return InvalidArgument("-{}={}: {}; for example -{}={}", flag, FormatDuration(ns), bound, flag, example);
  }
  if (ns > most_ns) {
    return InvalidArgument("-{}={}: must be at most {}; for example -{}={}", flag, FormatDuration(ns),
                           FormatDuration(most_ns), flag, example);
  }
  return absl::OkStatus();
}

absl::Status CheckLoad(const RunPlan& plan) {
  if (auto status = CheckRange("clients", plan.clients, 1, kMaxClients, 10); !status.ok()) return status;
  if (auto status = CheckRange("mps", plan.mps, 1, kMaxMps, 100); !status.ok()) return status;
  if (auto status = CheckRange("msg-size", plan.msg_size_bytes, 0, kMaxMsgSizeBytes, 100); !status.ok()) return status;
  return CheckRange("workers", plan.workers, 0, kMaxWorkers, 4);
}

absl::Status CheckTimes(const RunPlan& plan) {
  struct Bound {
    std::string_view flag;
    int64_t ns, least_ns, most_ns;
    std::string_view example;
  };
  const std::array bounds = {
      Bound{"duration", plan.duration_ns, 1, kMaxDurationNs, "1m"},
      Bound{"conn-timeout", plan.conn_timeout_ns, 1, kMaxTimeoutNs, "10s"},
      Bound{"resp-timeout", plan.resp_timeout_ns, 1, kMaxTimeoutNs, "1s"},
      Bound{"ramp-up", plan.ramp_up_ns, 0, kMaxRampUpNs, "10s"},
      Bound{"report-interval", plan.report_interval_ns, kMinReportIntervalNs, kMaxReportIntervalNs, "1s"},
  };
  for (const Bound& bound : bounds) {
    auto status = CheckDuration(bound.flag, bound.ns, bound.least_ns, bound.most_ns, bound.example);
    if (!status.ok()) return status;
  }
  if (plan.heartbeat_ns == 0) return absl::OkStatus();
  return CheckDuration("heartbeat", plan.heartbeat_ns, kMinHeartbeatNs, kMaxHeartbeatNs, "30s, or 0 for none");
}

// Names that the upgrade request itself carries, or that would change where it ends.
bool BelongsToUpgrade(std::string_view name) {
  const std::string lower = AsciiLower(name);
  return lower == "host" || lower == "upgrade" || lower == "connection" || lower == "content-length" ||
         lower == "transfer-encoding" || lower.starts_with("sec-websocket-");
}

// Header values may be credentials: lines name the header alone.
absl::Status CheckHeaders(const RunPlan& plan) {
  constexpr std::string_view kExample = "for example -header='X-AutoClose: true'";
  if (plan.headers.size() > kMaxHeaders) return InvalidArgument("-header: at most {} of them", kMaxHeaders);
  for (const auto& [name, value] : plan.headers) {
    if (!IsHttpToken(name) || name.size() > kMaxNameBytes) {
      return InvalidArgument("-header={}: not a header name; {}", Shown(name), kExample);
    }
    if (BelongsToUpgrade(name)) {
      return InvalidArgument("-header={}: the WebSocket upgrade sets this one itself; leave it out", name);
    }
    if (value.size() > kMaxHeaderBytes) {
      return InvalidArgument("-header={}: the value is over {} bytes; shorten it", name, kMaxHeaderBytes);
    }
    if (!IsUtf8(value) || HasControlCharacter(value)) {
      return InvalidArgument("-header={}: the value has a line break, control character or broken UTF-8; {}", name,
                             kExample);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTarget(const RunPlan& plan) {
  auto url = ParseWsUrl(plan.server);
  if (!url.ok()) return InvalidArgument("-server={}: {}", Shown(plan.server), Text(url.status()));
  if (!plan.subprotocol.empty() && (!IsHttpToken(plan.subprotocol) || plan.subprotocol.size() > kMaxNameBytes)) {
    return InvalidArgument(
        "-subprotocol={}: must be letters, digits and marks without blanks; for example -subprotocol=chat",
        Shown(plan.subprotocol));
  }
  if (!plan.ca_pem.empty() &&
      (plan.ca_pem.size() > kMaxCaBytes || plan.ca_pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos)) {
    return InvalidArgument("-ca-file: no PEM certificates in it; want a file with -----BEGIN CERTIFICATE-----");
  }
  return CheckHeaders(plan);
}

/// Where both are known without a lookup, one must be able to reach the other.
absl::Status CheckLocalAddrs(const RunPlan& plan) {
  if (plan.local_addrs.size() > kMaxLocalAddrsBytes) {
    return InvalidArgument("-local-addrs: over {} bytes; write ranges, as in 10.0.0.5-10.0.0.9", kMaxLocalAddrsBytes);
  }
  const absl::StatusOr<std::vector<SocketAddress>> sources = ParseSourceList(plan.local_addrs);
  if (!sources.ok()) return InvalidArgument("-local-addrs: {}", Text(sources.status()));
  const absl::StatusOr<WsUrl> url = ParseWsUrl(plan.server);
  if (sources->empty() || !url.ok()) return absl::OkStatus();
  const auto server = SocketAddress::FromLiteral(url->host, url->port);
  if (!server.has_value()) return absl::OkStatus();
  const auto reaches = [family = server->family()](const SocketAddress& source) { return source.family() == family; };
  if (std::any_of(sources->begin(), sources->end(), reaches)) return absl::OkStatus();
  return InvalidArgument("-local-addrs: no {} address among them, and -server={} has no other; add one",
                         server->family() == AF_INET6 ? "IPv6" : "IPv4", Shown(plan.server));
}

absl::Status CheckCipher(const RunPlan& plan) {
  const size_t length = plan.cipher_key.size();
  switch (plan.cipher) {
    case CipherKind::kNone:
      return absl::OkStatus();
    case CipherKind::kAesGcm:
      if (length == 16 || length == 24 || length == 32) return absl::OkStatus();
      return InvalidArgument("-cipher-key-file: the key has {} bytes, -cipher=aes needs 16, 24 or 32", length);
    case CipherKind::kChaCha20Poly1305:
      if (length == 32) return absl::OkStatus();
      return InvalidArgument("-cipher-key-file: the key has {} bytes, -cipher=chacha20poly1305 needs 32", length);
  }
  return InvalidArgument("-cipher: unknown; want aes, chacha20poly1305 or none");
}

// What only the gateway's protocol uses: users, their tokens, the body's cipher.
absl::Status CheckGateway(const RunPlan& plan) {
  if (auto status = CheckCipher(plan); !status.ok()) return status;
  constexpr int64_t kMaxId = std::numeric_limits<int64_t>::max();
  if (auto status = CheckRange("biz-id", plan.biz_id, 0, kMaxId, 9999); !status.ok()) return status;
  if (auto status = CheckRange("first-user-id", plan.first_user_id, 0, kMaxId, 10000); !status.ok()) return status;
  if (plan.first_user_id > kMaxId - plan.clients) {
    return InvalidArgument(
        "-first-user-id={}: {} clients from there run out of numbers; for example -first-user-id=10000",
        plan.first_user_id, plan.clients);
  }
  if (plan.jwt_key.empty()) return InvalidArgument("-jwt-key-file: the key is empty; give a file that holds one");
  if (plan.jwt_key.size() > kMaxKeyBytes) {
    return InvalidArgument("-jwt-key-file: the key is over {} bytes; give a shorter one", kMaxKeyBytes);
  }
  if (plan.jwt_issuer.size() > kMaxNameBytes || !IsUtf8(plan.jwt_issuer) || HasControlCharacter(plan.jwt_issuer)) {
    return InvalidArgument(
        "-jwt-issuer={}: must be at most {} bytes of UTF-8 without control characters; for example -jwt-issuer=mock",
        Shown(plan.jwt_issuer), kMaxNameBytes);
  }
  if (plan.token_param.empty() || plan.token_param.size() > kMaxNameBytes ||
      !std::all_of(plan.token_param.begin(), plan.token_param.end(), IsUrlUnreserved)) {
    return InvalidArgument(
        "-token-param={}: must be letters, digits, '-', '.', '_' or '~'; for example -token-param=token",
        Shown(plan.token_param));
  }
  return CheckRange("token-ttl", plan.token_ttl_s, 1, kMaxTokenTtlSeconds, 24 * 3600);
}

}  // namespace

absl::Status ValidatePlan(const RunPlan& plan) {
  if (auto status = CheckLoad(plan); !status.ok()) return status;
  if (auto status = CheckTimes(plan); !status.ok()) return status;
  if (auto status = CheckTarget(plan); !status.ok()) return status;
  if (auto status = CheckLocalAddrs(plan); !status.ok()) return status;
  if (plan.serializer != Serializer::kJson && plan.serializer != Serializer::kProto) {
    return InvalidArgument("-serializer: unknown; want json or proto");
  }
  switch (plan.protocol) {
    case Protocol::kEcho:
      return absl::OkStatus();
    case Protocol::kGateway:
      return CheckGateway(plan);
  }
  return InvalidArgument("-protocol: unknown; want gateway or echo");
}

}  // namespace wsload
