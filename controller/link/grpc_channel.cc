#include "controller/link/grpc_channel.h"

#include <string_view>

#include "common/net/host_port.h"
#include "common/security/access_token.h"
#include "common/security/tls_probe.h"
#include "common/time/clock.h"
#include "common/util/local_error.h"

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
LocalText WhyNoConnection(const AgentAddress& agent, const AgentAccess& access) {
  const absl::StatusOr<HostPort> address = ParseHostPort(agent.address);
  if (!address.ok()) return {};
  const TlsProbeOptions options{.ca_pem = access.ca_pem, .host = agent.host, .identity = access.identity};
  const TlsProbe found = ProbeTls(*address, options, kProbeTimeoutNs);
  if (!access.tls()) {
    const bool speaks_tls = found == TlsProbe::kOpen || found == TlsProbe::kRejected;
    if (!speaks_tls) return {};
    return {"expects TLS; add -tls-ca, and -tls-cert and -tls-key if it was started with -tls-client-ca",
            "需要 TLS；请加上 -tls-ca，若它以 -tls-client-ca 启动，还要加上 -tls-cert 和 -tls-key"};
  }
  switch (found) {
    case TlsProbe::kNoTls:
      return {"does not speak TLS; start it with -tls-cert and -tls-key, or leave -tls-ca out",
              "没有使用 TLS；请以 -tls-cert 和 -tls-key 启动它，或去掉 -tls-ca"};
    case TlsProbe::kUnknownIssuer:
      return {"its certificate is not signed by -tls-ca; give the CA that signed the agent's -tls-cert",
              "其证书不是由 -tls-ca 签发；请给出签发该节点 -tls-cert 的 CA"};
    case TlsProbe::kExpired:
      return {"its certificate has expired, or is not valid yet; check the clocks, or make new ones (wsload certs)",
              "其证书已过期或尚未生效；请检查时钟，或重新生成证书 (wsload certs)"};
    case TlsProbe::kWrongHost:
      return {
          "its certificate is for another host; name the agent as its certificate does, or make one that names it "
          "(wsload certs DIR -hosts=...)",
          "其证书属于另一主机；请按证书中的名称填写该节点，或生成含该名称的证书 (wsload certs DIR -hosts=...)"};
    case TlsProbe::kRejected:
      if (access.identity.empty()) {
        return {"wants a client certificate; add -tls-cert and -tls-key",
                "要求客户端证书；请加上 -tls-cert 和 -tls-key"};
      }
      return {
          "does not accept the certificate in -tls-cert; it must be one for clients, be valid, and be signed by "
          "the agent's -tls-client-ca",
          "不接受 -tls-cert 中的证书；它必须是客户端证书、在有效期内，并由该节点的 -tls-client-ca 签发"};
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
  LocalText line;
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED && contains(kTooManyWrongTokens)) {
    line = {
        "looks at no token from this host for a while, after too many wrong ones; is -token-file the same on both "
        "sides? Then try again in a minute",
        "错误的令牌过多，暂时不再查看来自本机的令牌；两端的 -token-file 是否相同？请一分钟后重试"};
  } else if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    line = access.token.empty() ? LocalText{"wants a token; add -token-file with the token that the agent was given",
                                            "要求令牌；请加上 -token-file，给出该节点所用的令牌"}
                                : LocalText{"refused the token; is -token-file the same on both sides?",
                                            "拒绝了令牌；两端的 -token-file 是否相同？"};
  } else if (contains("Compression algorithm")) {
    line = {"sends compressed messages, which no wsload-agent does; check the port",
            "发送压缩消息，而 wsload-agent 不会这样；请检查端口"};
  } else if (contains("Connection refused")) {
    line = {"connection refused; is wsload-agent running there?", "连接被拒绝；wsload-agent 是否在那里运行？"};
  } else if (contains("DNS resolution failed") || contains("Domain name not found") || contains("name resolution")) {
    line = {"cannot resolve the host name; check -agents and the DNS", "无法解析主机名；请检查 -agents 和 DNS"};
  } else if (contains("No route to host") || contains("Network is unreachable")) {
    line = {"no route to the host; check the address and the network", "没有到该主机的路由；请检查地址和网络"};
  } else if (contains("timed out") || contains("Timeout")) {
    line = {"no answer; check the address, and that no firewall is between", "没有应答；请检查地址以及中间的防火墙"};
  } else if (contains("failed to connect")) {
    // gRPC's words for all that goes wrong before HTTP/2 are the same few.
    line = WhyNoConnection(agent, access);
  }
  if (line.english.empty() && (contains("http1") || contains("HTTP/1") || contains("handshake") ||
                               contains("settings frame") || status.error_code() == grpc::StatusCode::UNIMPLEMENTED)) {
    line = {"something else than wsload-agent listens there; check the port",
            "在那里监听的不是 wsload-agent；请检查端口"};
  }
  if (!line.english.empty()) return LocalStatus(absl::StatusCode::kUnavailable, line);
  return LocalStatus(absl::StatusCode::kUnavailable,
                     FillLocal({"connection lost: {}", "连接中断：{}"}, text.substr(0, text.find('\n'))));
}

}  // namespace wsload
