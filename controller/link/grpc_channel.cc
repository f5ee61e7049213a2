#include "controller/link/grpc_channel.h"

#include <string_view>

#include "common/security/access_token.h"
#include "common/util/status.h"

namespace wsload {
namespace {

// Five full histograms with their counters stay under 1 MiB.
constexpr int kMaxReceivedBytes = 8 << 20;
// A host that vanished without a word is noticed after time + timeout.
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

std::shared_ptr<grpc::ChannelCredentials> Credentials(const AgentAccess& access) {
  if (!access.tls()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = access.ca_pem;
  options.pem_private_key = access.identity.key_pem;
  options.pem_cert_chain = access.identity.cert_pem;
  return grpc::SslCredentials(options);
}

}  // namespace

std::shared_ptr<grpc::Channel> NewAgentChannel(const AgentAddress& agent, const AgentAccess& access) {
  grpc::ChannelArguments args;
  args.SetMaxReceiveMessageSize(kMaxReceivedBytes);
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
  (void)agent;
  if (status.ok()) return absl::OkStatus();
  const std::string& text = status.error_message();
  const auto contains = [&text](std::string_view part) { return text.find(part) != std::string::npos; };
  const auto unavailable = [](std::string_view line) { return MakeStatus(absl::StatusCode::kUnavailable, "{}", line); };
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    return unavailable(access.token.empty() ? "wants a token; add -token-file with the token that the agent was given"
                                            : "refused the token: is -token-file the same on both sides?");
  }
  if (contains("Connection refused")) return unavailable("connection refused; is wsload-agent running there?");
  if (contains("DNS resolution failed") || contains("Domain name not found") || contains("name resolution")) {
    return unavailable("cannot resolve the host name; check -agents and the DNS");
  }
  if (contains("No route to host") || contains("Network is unreachable")) {
    return unavailable("no route to the host; check the address and the network");
  }
  if (contains("timed out") || contains("Timeout")) {
    return unavailable("no answer; check the address, and that no firewall is between");
  }
  if (contains("http1") || contains("HTTP/1") || contains("handshake") || contains("settings frame") ||
      status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return unavailable("something else than wsload-agent listens there; check the port");
  }
  return MakeStatus(absl::StatusCode::kUnavailable, "connection lost: {}", text.substr(0, text.find('\n')));
}

}  // namespace wsload
