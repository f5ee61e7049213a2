#include "controller/link/grpc_channel.h"

#include <string_view>

#include "common/util/status.h"

namespace wsload {
namespace {

// Five full histograms with their counters stay under 1 MiB.
constexpr int kMaxReceivedBytes = 8 << 20;
// A host that vanished without a word is noticed after time + timeout.
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

}  // namespace

std::shared_ptr<grpc::Channel> NewAgentChannel(const std::string& address) {
  grpc::ChannelArguments args;
  args.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), args);
}

absl::Status ToUserStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string& text = status.error_message();
  const auto contains = [&text](std::string_view part) { return text.find(part) != std::string::npos; };
  const auto unavailable = [](std::string_view line) { return MakeStatus(absl::StatusCode::kUnavailable, "{}", line); };
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
