#include "tests/gateway/gateway_flags.h"

#include <absl/strings/numbers.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "common/security/secret_file.h"
#include "common/time/duration.h"
#include "common/util/status.h"

namespace wsload::gateway {
namespace {

absl::Status ParseSerializer(std::string_view text, Serializer& serializer) {
  if (text != "json" && text != "proto") return InvalidArgument("want json or proto");
  serializer = text == "json" ? Serializer::kJson : Serializer::kProto;
  return absl::OkStatus();
}

absl::Status ParseCipher(std::string_view text, CipherKind& cipher) {
  if (text == "aes") {
    cipher = CipherKind::kAesGcm;
  } else if (text == "chacha20poly1305") {
    cipher = CipherKind::kChaCha20Poly1305;
  } else if (text == "none") {
    cipher = CipherKind::kNone;
  } else {
    return InvalidArgument("want aes, chacha20poly1305 or none");
  }
  return absl::OkStatus();
}

absl::Status ParseReject(std::string_view text, RejectSpec& reject) {
  const auto wrong = [] { return InvalidArgument("want an HTTP status, or one with a share, such as 403 or 403:0.5"); };
  reject = {};
  const size_t colon = text.find(':');
  const std::string_view status = text.substr(0, colon);
  const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), reject.status);
  if (error != std::errc() || end != status.data() + status.size()) return wrong();
  if (colon != std::string_view::npos && !absl::SimpleAtod(ToAbsl(text.substr(colon + 1)), &reject.share))
    return wrong();
  return absl::OkStatus();
}

absl::Status ParseCloseAfter(std::string_view text, CloseAfterSpec& close_after) {
  close_after = {};
  constexpr std::string_view kMessages = "msgs";
  if (text.ends_with(kMessages)) {
    const std::string_view number = text.substr(0, text.size() - kMessages.size());
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), close_after.messages);
    if (error == std::errc() && end == number.data() + number.size() && close_after.messages > 0)
      return absl::OkStatus();
  } else if (const auto age_ns = ParseDuration(text); age_ns.ok() && *age_ns >= 0) {
    close_after.age_ns = *age_ns;
    return absl::OkStatus();
  }
  return InvalidArgument("want a duration or a number of messages, such as 30s or 100msgs");
}

absl::Status ParseRedirect(std::string_view text, std::vector<HostPort>& nodes) {
  nodes.clear();
  while (!text.empty()) {
    const size_t comma = text.find(',');
    auto node = ParseHostPort(text.substr(0, comma));
    if (!node.ok()) return node.status();
    nodes.push_back(*std::move(node));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return absl::OkStatus();
}

void BindProtocolFlags(FlagSet& flags, ProgramOptions& program) {
  GatewayOptions& options = program.gateway;
  flags.AddParsed(
      "serializer", "json", [&options](std::string_view text) { return ParseSerializer(text, options.serializer); },
      "json or proto", true);
  flags.AddParsed(
      "cipher", "aes", [&options](std::string_view text) { return ParseCipher(text, options.cipher); },
      "body encryption: aes, chacha20poly1305 or none", true);
  flags.Add("cipher-key-file", &program.cipher_key_file, "file with the cipher key; empty: the demo key", true);
  flags.Add("jwt-key-file", &program.jwt_key_file, "file with the token key; empty: the demo key", true);
  flags.Add("token-param", &options.token_param, "query parameter that carries the token");
  flags.Add("path", &options.path, "path of the WebSocket endpoint");
  flags.Add("compress", &options.compress, "agree to permessage-deflate when it is offered", true);
  flags.Add("tls-cert", &options.tls_cert_file, "PEM certificate chain: serve wss://", true);
  flags.Add("tls-key", &options.tls_key_file, "PEM private key", true);
  flags.Add("echo", &options.echo, "no tokens and no protocol: every message comes back as it was", true);
  flags.Add("dedup", &options.dedup, "drop messages with a repeated key silently");
  flags.Add("auto-close-idle", DurationNs{&options.auto_close_idle_ns},
            "idle time after which links with X-AutoClose: true are closed");
}

void BindFaultFlags(FlagSet& flags, GatewayOptions& options) {
  flags.AddParsed(
      "ack-delay", "0",
      [&options](std::string_view text) {
        auto spec = ParseDelaySpec(text);
        if (spec.ok()) options.ack_delay = *spec;
        return spec.status();
      },
      "time from a message to its acknowledgement: 20ms, exp:5ms or uniform:1ms-9ms", true);
  flags.Add("ack-drop", &options.ack_drop_share, "share of the acknowledgements that are not sent, exact", true);
  flags.AddParsed(
      "reject-handshake", "", [&options](std::string_view text) { return ParseReject(text, options.reject_handshake); },
      "refuse handshakes with this HTTP status, or a share of them: 403, 403:0.5", true);
  flags.AddParsed(
      "close-after", "0", [&options](std::string_view text) { return ParseCloseAfter(text, options.close_after); },
      "close each connection with 1001 at this age or after so many messages: 30s, 100msgs", true);
  flags.Add("stall-every", DurationNs{&options.stall_every_ns},
            "stall once in each such period, in its middle, counted from the first upstream message", true);
  flags.Add("stall-for", DurationNs{&options.stall_for_ns}, "length of a stall: nothing is read or answered", true);
  flags.Add("push-rate", &options.push_per_s, "downstream messages per second, round robin over all connections", true);
  flags.Add("push-repeat-every", DurationNs{&options.push_repeat_ns}, "repeat a push until it is acknowledged");
  flags.Add("push-repeats", &options.push_repeats, "how often at most");
  flags.Add("rate-limit", &options.rate_limit_per_s, "upstream messages per second over all connections; 0: no limit",
            true);
  flags.Add("rate-limit-burst", &options.rate_limit_burst,
            "messages above the limit that may come at once; 0: twice it");
  flags.AddParsed(
      "redirect-to", "", [&options](std::string_view text) { return ParseRedirect(text, options.redirect_to); },
      "redirect every link to one of these (host:port,...), once, and close it a second later", true);
  flags.Add("redirect-after", DurationNs{&options.redirect_after_ns}, "when, counted from the first handshake", true);
}

absl::Status ReadKey(std::string_view flag, const std::string& file, std::string& key) {
  if (file.empty()) return absl::OkStatus();
  auto content = ReadSecretFile(flag, file);
  if (content.ok()) key = *std::move(content);
  return content.status();
}

}  // namespace

void BindFlags(FlagSet& flags, ProgramOptions& program) {
  GatewayOptions& options = program.gateway;
  options.listen.port = 9002;
  flags.AddParsed(
      "listen", options.listen.ToString(),
      [&options](std::string_view text) {
        auto address = ParseHostPort(text, /*allow_port_zero=*/true);
        if (address.ok()) options.listen = *address;
        return address.status();
      },
      "address to serve on; port 0: any free one", true);
  flags.Add("port-file", &program.port_file, "write the port number to this file once it serves");
  flags.Add("threads", &options.threads, "serving threads");
  BindProtocolFlags(flags, program);
  BindFaultFlags(flags, options);
  flags.AddParsed(
      "seed", std::to_string(options.seed),
      [&options](std::string_view text) -> absl::Status {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), options.seed);
        if (error == std::errc() && end == text.data() + text.size()) return absl::OkStatus();
        return InvalidArgument("want a whole number");
      },
      "of the random delays");
  flags.Add("stats-interval", DurationNs{&program.stats_interval_ns}, "progress lines on stderr; 0: none", true);
  flags.Add("verbose", &options.verbose, "a line on stderr for every connection");
}

absl::Status FinishOptions(const FlagSet& flags, ProgramOptions& program) {
  if (!flags.positional().empty()) {
    return InvalidArgument("unexpected argument \"{}\": flags look like -name=value", flags.positional().front());
  }
  if (program.stats_interval_ns < 0) return InvalidArgument("-stats-interval: want a duration of 0 and more");
  if (auto status = ReadKey("cipher-key-file", program.cipher_key_file, program.gateway.cipher_key); !status.ok()) {
    return status;
  }
  if (auto status = ReadKey("jwt-key-file", program.jwt_key_file, program.gateway.jwt_key); !status.ok()) return status;
  return ValidateOptions(program.gateway);
}

}  // namespace wsload::gateway
