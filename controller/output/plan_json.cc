#include "controller/output/plan_json.h"

#include <string>

#include "common/plan/plan_names.h"
#include "controller/result/redact.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

void WriteHeaders(JsonWriter& json, const RunPlan& plan) {
  json.Array("headers", Layout::kOneLine, [&] {
    for (const auto& [name, value] : plan.headers) {
      json.Object(Layout::kOneLine, [&] {
        json.Member("name", name);
        json.Member("value", IsSecretName(name) ? std::string(kRedacted) : value);
      });
    }
  });
}

}  // namespace

void WritePlan(JsonWriter& json, const RunPlan& plan) {
  json.Object(Layout::kLines, [&] {
    json.Member("server", RedactUrl(plan.server));
    json.Member("local_addrs", plan.local_addrs);
    json.Member("clients", plan.clients);
    json.Member("mps", plan.mps);
    json.Member("duration_ns", plan.duration_ns);
    json.Member("ramp_up_ns", plan.ramp_up_ns);
    json.Member("conn_timeout_ns", plan.conn_timeout_ns);
    json.Member("resp_timeout_ns", plan.resp_timeout_ns);
    json.Member("msg_size_bytes", plan.msg_size_bytes);
    json.Member("protocol", ProtocolName(plan.protocol));
    json.Member("serializer", SerializerName(plan.serializer));
    json.Member("cipher", CipherName(plan.cipher));
    json.Member("compress", plan.compress);
    json.Member("heartbeat_ns", plan.heartbeat_ns);
    json.Member("subprotocol", plan.subprotocol);
    WriteHeaders(json, plan);
    json.Member("custom_ca", !plan.ca_pem.empty());
    json.Member("insecure_skip_verify", plan.insecure_skip_verify);
    json.Member("biz_id", plan.biz_id);
    json.Member("first_user_id", plan.first_user_id);
    json.Member("jwt_issuer", plan.jwt_issuer);
    json.Member("token_param", plan.token_param);
    json.Member("token_ttl_s", plan.token_ttl_s);
    json.Member("workers", plan.workers);
    json.Member("report_interval_ns", plan.report_interval_ns);
  });
}

}  // namespace wsload
