#include "controller/link/grpc_channel.h"

#include <string_view>

#include "common/net/host_port.h"
#include "common/security/access_token.h"
#include "common/security/tls_probe.h"
#include "common/time/clock.h"
#include "common/util/status.h"

namespace wsload {
namespace {

// A report in which every bucket of every histogram is full stays under 1 MiB.
constexpr int kMaxReceivedBytes = 8 << 20;
constexpr int kMaxMetadataBytes = 8 << 10;
// A host that vanished without a word is noticed after time + timeout.
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int64_t kProbeTimeoutNs = 3 * kNsPerSecond;

std::shared_ptr<grpc::ChannelCredentials> Credentials(const AgentAccess& access) {
  if (!access.tls()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = access.ca_pem;
  options.pem_private_key = access.identity.key_pem;
  options.pem_cert_chain = access.identity.cert_pem;
  return grpc::SslCredentials(options);
}

/// A line, or nothing when TLS is not the reason.
std::string_view WhyNoConnection(const AgentAddress& agent, const AgentAccess& access) {
  const absl::StatusOr<HostPort> address = ParseHostPort(agent.address);
  if (!address.ok()) return {};
  const TlsProbeOptions options{.ca_pem = access.ca_pem, .host = agent.host, .identity = access.identity};
  const TlsProbe found = ProbeTls(*address, options, kProbeTimeoutNs);
  if (!access.tls()) {
    const bool speaks_tls = found == TlsProbe::kOpen || found == TlsProbe::kRejected;
    return speaks_tls ? "expects TLS; add -tls-ca, and -tls-cert and -tls-key if it was started with -tls-client-ca"
                      : std::string_view();
  }
  switch (found) {
    case TlsProbe::kNoTls:
      return "does not speak TLS; start it with -tls-cert and -tls-key, or leave -tls-ca out";
    case TlsProbe::kUnknownIssuer:
      return "its certificate is not signed by -tls-ca; give the CA that signed the agent's -tls-cert";
    case TlsProbe::kExpired:
      return "its certificate has expired, or is not valid yet; check the clocks, or make new ones (wsload certs)";
    case TlsProbe::kWrongHost:
      return "its certificate is for another host; name the agent as its certificate does, or make one that names it "
             "(wsload certs DIR -hosts=...)";
    case TlsProbe::kRejected:
      return access.identity.empty() ? "wants a client certificate; add -tls-cert and -tls-key"
                                     : "does not accept the certificate in -tls-cert; it must be one for clients, be "
                                       "valid, and be signed by "
                                       "the agent's -tls-client-ca";
    case TlsProbe::kUnreachable:
    case TlsProbe::kOpen:
      break;
  }
  return {};
}

}  // namespace

std::shared_ptr<grpc::Channel> NewAgentChannel(const AgentAddress& agent, const AgentAccess& access) {
  grpc::ChannelArguments args;
  args.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  // A message that is small on the wire and large in memory must not get that far.
  args.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  args.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  args.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (access.tls() && !agent.host.empty()) args.SetSslTargetNameOverride(agent.host);
  return grpc::CreateCustomChannel(agent.address, Credentials(access), args);
}

void ShowToken(const AgentAccess& access, grpc::ClientContext& context) {
  if (!access.token.empty()) context.AddMetadata(kAuthorizationMetadata, kBearerPrefix + access.token);
}

absl::Status ToUserStatus(const grpc::Status& status, const AgentAddress& agent, const AgentAccess& access) {
  if (status.ok()) return absl::OkStatus();
  const std::string& text = status.error_message();
  const auto contains = [&text](std::string_view part) { return text.find(part) != std::string::npos; };
  std::string_view line;
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED && contains(kTooManyWrongTokens)) {
    line =
        "looks at no token from this host for a while, after too many wrong ones; is -token-file the same on both "
        "sides? Then try again in a minute";
  } else if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    line = access.token.empty() ? "wants a token; add -token-file with the token that the agent was given"
                                : "refused the token; is -token-file the same on both sides?";
  } else if (contains("Compression algorithm")) {
    line = "sends compressed messages, which no wsload-agent does; check the port";
  } else if (contains("Connection refused")) {
    line = "connection refused; is wsload-agent running there?";
  } else if (contains("DNS resolution failed") || contains("Domain name not found") || contains("name resolution")) {
    line = "cannot resolve the host name; check -agents and the DNS";
  } else if (contains("No route to host") || contains("Network is unreachable")) {
    line = "no route to the host; check the address and the network";
  } else if (contains("timed out") || contains("Timeout")) {
    line = "no answer; check the address, and that no firewall is between";
  } else if (contains("failed to connect")) {
    // gRPC's words for all that goes wrong before HTTP/2 are the same few.
    line = WhyNoConnection(agent, access);
  }
  if (line.empty() && (contains("http1") || contains("HTTP/1") || contains("handshake") || contains("settings frame") ||
                       status.error_code() == grpc::StatusCode::UNIMPLEMENTED)) {
    line = "something else than wsload-agent listens there; check the port";
  }
  if (!line.empty()) return MakeStatus(absl::StatusCode::kUnavailable, "{}", line);
  return MakeStatus(absl::StatusCode::kUnavailable, "connection lost: {}", text.substr(0, text.find('\n')));
}

}  // namespace wsload
