#include "common/plan/plan_proto.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/util/status.h"
#include "tests/support/chinese_lines.h"
#include "tests/unit/common/sample_plan.h"

namespace wsload {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// No field at its default.
RunPlan UnusualPlan() {
  RunPlan plan;
  plan.clients = 123;
  plan.mps = *Rate::Parse("456/m");
  plan.stages = *StageList::Parse("700ms:1000,end=89ms:@0.5");
  plan.arrivals = Arrivals::kPoisson;
  plan.seed = 77;
  plan.warm_up_ns = 11 * kNsPerSecond;
  plan.duration_ns = 789 * kNsPerMs;
  plan.clients_stages = *StageList::Parse("1s:123,2s:0");
  plan.reconnect = *Backoff::Parse("500ms..30s");
  plan.session = *Lifetime::Parse("uniform:1m-9m");
  plan.churn = *Rate::Parse("0.5");
  plan.redirect = Redirect::kFollow;
  plan.storm = *StormList::Parse("100ms:12.5%:close");
  plan.devices = 2;
  plan.awkward = *AwkwardList::Parse("cut:25%,slow-read:25%:2k");
  plan.conn_timeout_ns = 3 * kNsPerSecond;
  plan.resp_timeout_ns = 4 * kNsPerSecond;
  plan.ramp_up_ns = 5 * kNsPerSecond;
  plan.msg_size_bytes = 678;
  plan.size = *MessageSizes::Parse("mix:50%656,50%700");
  plan.retry = 2;
  plan.in_flight = 3;
  plan.server = *ServerUrl::Parse("wss://gate.example/ws?x=1");
  plan.local_addrs = *SourceList::Parse("10.0.0.1-10.0.0.9,fd00::1");
  plan.serializer = Serializer::kProto;
  plan.cipher = CipherKind::kChaCha20Poly1305;
  plan.cipher_key = std::string(31, '\xff') + '\0';
  plan.compress = Compression::kNoContext;
  plan.heartbeat_ns = 7 * kNsPerSecond;
  plan.subprotocol = *SubprotocolList::Parse("im.v1,im.v0");
  plan.headers = {{"X-A", "1"}, {"X-A", "2"}, {"X-B", ""}};
  plan.ca_pem = "-----BEGIN CERTIFICATE-----\n";
  plan.insecure_skip_verify = true;
  plan.biz_id = 1;
  plan.first_user_id = 2;
  plan.jwt_key = std::string("\0\xfe", 2);
  plan.jwt_issuer = "发行者";
  plan.token_param = "t";
  plan.token_ttl_s = 60;
  plan.workers = 3;
  plan.report_interval_ns = 250 * kNsPerMs;
  plan.push = PushMode::kStamp;
  plan.push_to = *PushAudience::Parse("group:7");
  plan.push_wait_ns = 8 * kNsPerSecond;
  plan.push_url = *HttpUrl::Parse("http://backend:81/push");
  plan.push_rate = *Rate::Parse("7/m");
  plan.push_body = "{{stamp}}";
  return plan;
}

v1::RunPlan ThroughTheWire(const RunPlan& plan) {
  v1::RunPlan proto;
  EXPECT_TRUE(proto.ParseFromString(ToProto(plan).SerializeAsString()));
  return proto;
}

TEST(PlanProto, EveryFieldComesBack) {
  // The two do not go together.
  RunPlan without_pushes = UnusualPlan();
  without_pushes.push = PushMode::kOff;
  without_pushes.push_url = {};
  RunPlan without_lives = UnusualPlan();
  without_lives.clients_stages = {};
  without_lives.session = {};
  without_lives.churn = 0;
  without_lives.devices = 1;
  without_lives.awkward = {};
  without_lives.retry = 0;
  for (const RunPlan& plan : {without_pushes, without_lives}) {
    const auto back = FromProto(ThroughTheWire(plan));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, plan);
  }
  EXPECT_EQ(*FromProto(ThroughTheWire(ValidPlan())), ValidPlan());
}

TEST(PlanProto, EveryWireFieldIsUsed) {
  const v1::RunPlan proto = ToProto(UnusualPlan());
  std::vector<const google::protobuf::FieldDescriptor*> set;
  proto.GetReflection()->ListFields(proto, &set);
  EXPECT_EQ(static_cast<int>(set.size()), v1::RunPlan::descriptor()->field_count());
}

TEST(PlanProto, EveryEnumValueComesBack) {
  for (const Protocol protocol : {Protocol::kGateway, Protocol::kEcho}) {
    RunPlan plan = ValidPlan();
    plan.protocol = protocol;
    EXPECT_EQ(FromProto(ThroughTheWire(plan))->protocol, protocol);
  }
  for (const CipherKind cipher : {CipherKind::kNone, CipherKind::kAesGcm, CipherKind::kChaCha20Poly1305}) {
    RunPlan plan = ValidPlan();
    plan.cipher = cipher;
    EXPECT_EQ(FromProto(ThroughTheWire(plan))->cipher, cipher);
  }
}

TEST(PlanProto, RefusesUnknownEnumValues) {
  for (const int unknown : {0, 9, -1}) {
    v1::RunPlan proto = ToProto(ValidPlan());
    proto.set_protocol(static_cast<v1::RunPlan::Protocol>(unknown));
    EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
    proto = ToProto(ValidPlan());
    proto.set_serializer(static_cast<v1::RunPlan::Serializer>(unknown));
    EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
    proto = ToProto(ValidPlan());
    proto.set_cipher(static_cast<v1::RunPlan::Cipher>(unknown));
    EXPECT_EQ(
        TextInBoth(FromProto(proto).status()),
        "plan: cipher " + std::to_string(unknown) + " is unknown to this version; use the same version on both sides");
  }
}

TEST(PlanProto, ValidatesWhatComesIn) {
  EXPECT_FALSE(FromProto(v1::RunPlan{}).ok());
  v1::RunPlan proto = ToProto(ValidPlan());
  proto.set_clients(-1);
  EXPECT_EQ(TextInBoth(FromProto(proto).status()), "-clients=-1: must be at least 1; for example -clients=10");
}

TEST(PlanProto, TextsAreParsedOnce) {
  const auto error_of = [](auto change) {
    v1::RunPlan proto = ToProto(ValidPlan());
    change(proto);
    return TextInBoth(FromProto(proto).status());
  };
  EXPECT_EQ(error_of([](v1::RunPlan& p) { p.set_server("http://x"); }),
            "-server=http://x: a WebSocket server's URL begins with ws:// instead of http://, for example "
            "ws://localhost:9002/ws");
  EXPECT_EQ(error_of([](v1::RunPlan& p) { p.set_server("ws://h/\r\nA: b"); }),
            "-server=ws://h/\\x0d\\nA: b: a line break, tab or other control character; leave it out, for example "
            "ws://localhost:9002/ws");
  EXPECT_EQ(error_of([](v1::RunPlan& p) { p.set_local_addrs("127.0.0.2;127.0.0.3"); }),
            "-local-addrs: \"127.0.0.2;127.0.0.3\" is no IP address and no range first-last; for example "
            "10.0.0.5,127.0.0.2-127.0.0.9");
  EXPECT_EQ(error_of([](v1::RunPlan& p) { p.set_local_addrs(std::string(65537, '1')); }),
            "-local-addrs: over 65536 bytes; write ranges, as in 10.0.0.5-10.0.0.9");
}

TEST(SliceProto, EverySplitComesBack) {
  RunPlan plan = ValidPlan();
  plan.clients = 5;
  for (const int agents : {1, 3, 8}) {
    for (const Slice& slice : SplitOverAgents(plan, agents)) {
      const auto back = FromProto(ToProto(slice), plan);
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_EQ(*back, slice);
    }
  }
}

TEST(SliceProto, RefusesWhatNoSplitGives) {
  const RunPlan plan = ValidPlan();  // 10 clients, 60 messages
  const auto refused = [&](auto change) {
    v1::Slice proto = ToProto(WholeRun(plan));
    change(proto);
    return FromProto(proto, plan).status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](v1::Slice& s) { s.set_agent_index(-1); }));
  EXPECT_TRUE(refused([](v1::Slice& s) { s.set_agent_index(1); }));
  EXPECT_TRUE(refused([](v1::Slice& s) { s.set_agent_count(0); }));
  EXPECT_TRUE(refused([](v1::Slice& s) { s.clear_clients(); }));
  EXPECT_FALSE(refused([](v1::Slice& s) { s.mutable_clients()->set_count(0); })) << "a take-over of messages alone";
  for (const bool clients : {true, false}) {
    const auto part = [&](v1::Slice& s) { return clients ? s.mutable_clients() : s.mutable_messages(); };
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_first(1); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_first(-1); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_first(kMax); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_stride(0); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_stride(-1); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_stride(2); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_stride(kMax); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_count(part(s)->count() + 1); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) { part(s)->set_count(-1); }));
    EXPECT_TRUE(refused([&](v1::Slice& s) {
      part(s)->set_stride(kMax);
      part(s)->set_count(kMax);
      part(s)->set_first(kMax);
    }));
  }
}

TEST(PlanProto, SurvivesDamagedBytes) {
  const std::string good = ToProto(UnusualPlan()).SerializeAsString();
  const google::protobuf::LogSilencer silencer;
  std::mt19937 random(6);
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = good.substr(0, random() % (good.size() + 1));
    for (auto flips = random() % 4; flips > 0 && !bytes.empty(); --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    v1::RunPlan proto;
    // Damage inside a string field fails to parse; everything else must be judged.
    if (!proto.ParseFromString(bytes)) continue;
    const auto plan = FromProto(proto);
    if (plan.ok()) {
      ASSERT_TRUE(ValidatePlan(*plan).ok());
    }
  }
}

}  // namespace
}  // namespace wsload
