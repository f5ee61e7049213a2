#include "common/plan/plan_proto.h"

#include <array>
#include <optional>
#include <utility>

#include "common/schedule/arrival_schedule.h"
#include "common/util/int128.h"
#include "common/util/status.h"

namespace wsload {
namespace {

// Each enum's pairs, read in both directions.
template <typename Domain, typename Wire, size_t kSize>
using EnumPairs = std::array<std::pair<Domain, Wire>, kSize>;

constexpr EnumPairs<Protocol, v1::RunPlan::Protocol, 2> kProtocols = {{
    {Protocol::kGateway, v1::RunPlan::PROTOCOL_GATEWAY},
    {Protocol::kEcho, v1::RunPlan::PROTOCOL_ECHO},
}};
constexpr EnumPairs<Serializer, v1::RunPlan::Serializer, 2> kSerializers = {{
    {Serializer::kJson, v1::RunPlan::SERIALIZER_JSON},
    {Serializer::kProto, v1::RunPlan::SERIALIZER_PROTO},
}};
constexpr EnumPairs<CipherKind, v1::RunPlan::Cipher, 3> kCiphers = {{
    {CipherKind::kNone, v1::RunPlan::CIPHER_NONE},
    {CipherKind::kAesGcm, v1::RunPlan::CIPHER_AES},
    {CipherKind::kChaCha20Poly1305, v1::RunPlan::CIPHER_CHACHA20POLY1305},
}};

template <typename Domain, typename Wire, size_t kSize>
Wire ToWire(const EnumPairs<Domain, Wire, kSize>& pairs, Domain value) {
  for (const auto& [domain, wire] : pairs) {
    if (domain == value) return wire;
  }
  return Wire{};
}

template <typename Domain, typename Wire, size_t kSize>
absl::Status FromWire(const EnumPairs<Domain, Wire, kSize>& pairs, const char* name, Wire value, Domain* out) {
  for (const auto& [domain, wire] : pairs) {
    if (wire == value) {
      *out = domain;
      return absl::OkStatus();
    }
  }
  return InvalidArgument("plan: {} {} is unknown to this version; use the same version on both sides", name,
                         static_cast<int>(value));
}

void ProgressionToProto(const Progression& progression, v1::Progression* proto) {
  proto->set_first(progression.first);
  proto->set_stride(progression.stride);
  proto->set_count(progression.count);
}

// Every term must lie in 0 <= term < `limit`.
absl::StatusOr<Progression> ProgressionFromProto(const v1::Progression& proto, const char* name, int64_t limit) {
  const Progression result{.first = proto.first(), .stride = proto.stride(), .count = proto.count()};
  if (result.first < 0 || result.stride < 1 || result.count < 0) {
    return InvalidArgument("slice: {} {} + k * {}, {} terms: not a progression", name, result.first, result.stride,
                           result.count);
  }
  if (result.count > 0) {
    const Int128 last = static_cast<Int128>(result.count - 1) * result.stride + result.first;
    if (last >= limit) {
      return InvalidArgument("slice: {} {} + k * {}, {} terms: beyond the plan's {}", name, result.first, result.stride,
                             result.count, limit);
    }
  }
  return result;
}

}  // namespace

v1::RunPlan ToProto(const RunPlan& plan) {
  v1::RunPlan proto;
  proto.set_clients(plan.clients);
  proto.set_mps(plan.mps);
  proto.set_duration_ns(plan.duration_ns);
  proto.set_conn_timeout_ns(plan.conn_timeout_ns);
  proto.set_resp_timeout_ns(plan.resp_timeout_ns);
  proto.set_ramp_up_ns(plan.ramp_up_ns);
  proto.set_msg_size_bytes(plan.msg_size_bytes);
  proto.set_server(plan.server);
  proto.set_local_addrs(plan.local_addrs);
  proto.set_protocol(ToWire(kProtocols, plan.protocol));
  proto.set_serializer(ToWire(kSerializers, plan.serializer));
  proto.set_cipher(ToWire(kCiphers, plan.cipher));
  proto.set_cipher_key(plan.cipher_key);
  proto.set_compress(plan.compress);
  proto.set_heartbeat_ns(plan.heartbeat_ns);
  proto.set_subprotocol(plan.subprotocol);
  for (const auto& [name, value] : plan.headers) {
    v1::Header* header = proto.add_headers();
    header->set_name(name);
    header->set_value(value);
  }
  proto.set_ca_pem(plan.ca_pem);
  proto.set_insecure_skip_verify(plan.insecure_skip_verify);
  proto.set_biz_id(plan.biz_id);
  proto.set_first_user_id(plan.first_user_id);
  proto.set_jwt_key(plan.jwt_key);
  proto.set_jwt_issuer(plan.jwt_issuer);
  proto.set_token_param(plan.token_param);
  proto.set_token_ttl_s(plan.token_ttl_s);
  proto.set_workers(plan.workers);
  proto.set_report_interval_ns(plan.report_interval_ns);
  return proto;
}

v1::Slice ToProto(const Slice& slice) {
  v1::Slice proto;
  proto.set_agent_index(slice.agent_index);
  proto.set_agent_count(slice.agent_count);
  ProgressionToProto(slice.clients, proto.mutable_clients());
  ProgressionToProto(slice.messages, proto.mutable_messages());
  return proto;
}

absl::StatusOr<RunPlan> FromProto(const v1::RunPlan& proto) {
  RunPlan plan;
  plan.clients = proto.clients();
  plan.mps = proto.mps();
  plan.duration_ns = proto.duration_ns();
  plan.conn_timeout_ns = proto.conn_timeout_ns();
  plan.resp_timeout_ns = proto.resp_timeout_ns();
  plan.ramp_up_ns = proto.ramp_up_ns();
  plan.msg_size_bytes = proto.msg_size_bytes();
  plan.server = proto.server();
  plan.local_addrs = proto.local_addrs();
  if (auto status = FromWire(kProtocols, "protocol", proto.protocol(), &plan.protocol); !status.ok()) return status;
  if (auto status = FromWire(kSerializers, "serializer", proto.serializer(), &plan.serializer); !status.ok()) {
    return status;
  }
  if (auto status = FromWire(kCiphers, "cipher", proto.cipher(), &plan.cipher); !status.ok()) return status;
  plan.cipher_key = proto.cipher_key();
  plan.compress = proto.compress();
  plan.heartbeat_ns = proto.heartbeat_ns();
  plan.subprotocol = proto.subprotocol();
  for (const v1::Header& header : proto.headers()) plan.headers.emplace_back(header.name(), header.value());
  plan.ca_pem = proto.ca_pem();
  plan.insecure_skip_verify = proto.insecure_skip_verify();
  plan.biz_id = proto.biz_id();
  plan.first_user_id = proto.first_user_id();
  plan.jwt_key = proto.jwt_key();
  plan.jwt_issuer = proto.jwt_issuer();
  plan.token_param = proto.token_param();
  plan.token_ttl_s = proto.token_ttl_s();
  plan.workers = proto.workers();
  plan.report_interval_ns = proto.report_interval_ns();
  if (auto status = ValidatePlan(plan); !status.ok()) return status;
  return plan;
}

absl::StatusOr<Slice> FromProto(const v1::Slice& proto, const RunPlan& plan) {
  Slice slice;
  slice.agent_index = proto.agent_index();
  slice.agent_count = proto.agent_count();
  if (slice.agent_index < 0 || slice.agent_index >= slice.agent_count) {
    return InvalidArgument("slice: agent {} of {} cannot be", slice.agent_index, slice.agent_count);
  }
  auto clients = ProgressionFromProto(proto.clients(), "clients", plan.clients);
  if (!clients.ok()) return clients.status();
  auto messages =
      ProgressionFromProto(proto.messages(), "messages", ArrivalSchedule(plan.mps, plan.duration_ns).total());
  if (!messages.ok()) return messages.status();
  if (messages->count > 0 && clients->count == 0) {
    return InvalidArgument("slice: {} messages, and no client to send them", messages->count);
  }
  slice.clients = *clients;
  slice.messages = *messages;
  return slice;
}

}  // namespace wsload
