#include "common/plan/plan_fields.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/plan/plan_proto.h"
#include "common/plan/run_policy.h"
#include "common/util/status.h"
#include "common/util/text.h"
#include "tests/support/expect_fields.h"
#include "tests/unit/common/sample_plan.h"

namespace wsload {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

TEST(MemberCount, SeesEveryKindOfMember) {
  struct Mixed {
    int64_t number = 0;
    std::string text;
    bool truth = false;
    HeaderList headers;
    ServerUrl server;
  };
  EXPECT_EQ(MemberCount<Mixed>(), 5u);
}

TEST(PlanFields, HaveARowForEveryMember) { ExpectComplete(PlanFields()); }

TEST(PolicyFields, HaveARowForEveryMember) { ExpectComplete(PolicyFields()); }

TEST(PlanFields, HaveAFieldOfTheSameNameOnTheWire) {
  const auto& message = *v1::RunPlan::descriptor();
  EXPECT_EQ(message.field_count(), static_cast<int>(PlanFields().size()));
  for (const Field<RunPlan>& field : PlanFields()) {
    EXPECT_NE(message.FindFieldByName(field.info.name), nullptr) << field.info.name;
  }
}

/// A name of the enumeration's, other than the one in `value`.
std::string AnotherChoice(const Field<RunPlan>& field, const std::string& value) {
  std::string names = field.member.choices().english();
  names.erase(0, std::string("want one of ").size());
  return names.starts_with(value) ? names.substr(names.rfind(' ') + 1) : names.substr(0, names.find(','));
}

/// Values unlike the present one that may be good for the field.
std::vector<FieldValue> OtherValues(const Field<RunPlan>& field, const FieldValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) return {!*truth};
  if (const int64_t* number = std::get_if<int64_t>(&value)) return {*number + 1, *number + kNsPerMs};
  if (std::holds_alternative<HeaderList>(value)) return {HeaderList{{"X-A", "1"}, {"X-A", ""}}};
  std::vector<FieldValue> texts;
  for (const char* text : {"0123456789abcdef", "wss://gate.example/ws?x=1", "10.0.0.1-10.0.0.9,fd00::1",
                           "-----BEGIN CERTIFICATE-----\n", "30/m", "1m:@5", "1m:@10", "1s..2s", "exp:1m", "1s:50%",
                           "group:50", "mix:50%1,50%199", "http://h/p", "cut:50%"}) {
    texts.emplace_back(text);
  }
  if (field.member.choices != nullptr) texts.emplace_back(AnotherChoice(field, std::get<std::string>(value)));
  return texts;
}

TEST(PlanFields, EachTravelsAlone) {
  const RunPlan plain = ValidPlan();
  RunPlan stamped = plain;
  stamped.push = PushMode::kStamp;
  stamped.push_to = *PushAudience::Parse("all");
  RunPlan idle = plain;
  idle.mps = 0;
  for (const Field<RunPlan>& field : PlanFields()) {
    bool came_back = false;
    // Some go with stamps alone, some without them, and a closed loop without a rate.
    for (const RunPlan& valid : {plain, stamped, idle}) {
      for (const FieldValue& value : OtherValues(field, field.member.get(valid))) {
        RunPlan plan = valid;
        if (!field.member.set(plan, value).ok()) continue;
        EXPECT_NE(plan, valid) << field.info.name;
        const auto back = FromProto(ToProto(plan));
        if (!back.ok()) continue;
        EXPECT_EQ(*back, plan) << field.info.name;
        came_back = true;
      }
    }
    EXPECT_TRUE(came_back) << field.info.name;
  }
}

TEST(PlanFields, ChoicesAreTheWiresEnumerations) {
  for (const Field<RunPlan>& field : PlanFields()) {
    const FieldDescriptor& wire = *v1::RunPlan::descriptor()->FindFieldByName(field.info.name);
    ASSERT_EQ(wire.cpp_type() == FieldDescriptor::CPPTYPE_ENUM, field.member.choices != nullptr) << field.info.name;
    if (field.member.choices == nullptr) continue;
    // The first one stands for nothing that was sent.
    const EnumDescriptor& names = *wire.enum_type();
    for (int i = 1; i < names.value_count(); ++i) {
      std::string choice = AsciiLower(names.value(i)->name().substr(std::string(field.info.name).size() + 1));
      std::replace(choice.begin(), choice.end(), '_', '-');
      RunPlan plan;
      EXPECT_EQ(field.member.set(plan, choice), absl::OkStatus()) << names.value(i)->name();
      EXPECT_EQ(field.member.get(plan), FieldValue(choice));
    }
  }
}

TEST(PlanFields, KeysAreSecret) {
  for (const Field<RunPlan>& field : PlanFields()) {
    const bool is_key = std::string_view(field.info.name).ends_with("_key");
    EXPECT_EQ(field.info.exposure == Exposure::kSecret, is_key) << field.info.name;
  }
}

struct Sample {
  int32_t number = 5;
  double share = 0.5;
  Protocol protocol = Protocol::kGateway;
};

TEST(Field, RangesNameFlagValueBoundAndExample) {
  const FieldInfo info{.flag = "x",
                       .unit = Unit::kNanoseconds,
                       .least = kNsPerMs,
                       .most = kNsPerSecond,
                       .or_zero = true,
                       .example = "5ms"};
  EXPECT_EQ(CheckRange(info, kNsPerMs), absl::OkStatus());
  EXPECT_EQ(CheckRange(info, int64_t{0}), absl::OkStatus());
  EXPECT_EQ(Text(CheckRange(info, int64_t{1})), "-x=1ns: must be at least 1ms; for example -x=5ms");
  EXPECT_EQ(Text(CheckRange(info, 2 * kNsPerSecond)), "-x=2s: must be at most 1s; for example -x=5ms");
  const FieldInfo share{.flag = "share", .least = 0, .most = 1, .example = "0.1"};
  EXPECT_EQ(CheckRange(share, 0.5), absl::OkStatus());
  EXPECT_EQ(Text(CheckRange(share, 1.5)), "-share=1.5: must be at most 1; for example -share=0.1");
  EXPECT_EQ(Text(CheckRange(share, -0.5)), "-share=-0.5: must be at least 0; for example -share=0.1");
}

TEST(Field, MembersTakeWhatFitsThem) {
  Sample sample;
  const auto number = MemberOf<&Sample::number>();
  EXPECT_EQ(number.set(sample, int64_t{7}), absl::OkStatus());
  EXPECT_EQ(sample.number, 7);
  EXPECT_EQ(Text(number.set(sample, int64_t{3'000'000'000})), "out of range; must be from -2147483648 to 2147483647");
  EXPECT_EQ(sample.number, 7);
  const auto protocol = MemberOf<&Sample::protocol>();
  EXPECT_EQ(protocol.set(sample, std::string("echo")), absl::OkStatus());
  EXPECT_EQ(sample.protocol, Protocol::kEcho);
  EXPECT_EQ(Text(protocol.set(sample, std::string("mqtt"))), "want one of gateway, echo");
}

TEST(Field, AnUnknownValueOfAnEnumerationIsRefused) {
  constexpr Field<Sample> kFields[] = {{MemberOf<&Sample::protocol>(), {.name = "protocol", .flag = "protocol"}}};
  EXPECT_EQ(CheckFields(Fields<Sample>(kFields), Sample()), absl::OkStatus());
  EXPECT_EQ(Text(CheckFields(Fields<Sample>(kFields), Sample{.protocol = static_cast<Protocol>(9)})),
            "-protocol: unknown; want one of gateway, echo");
}

}  // namespace
}  // namespace wsload
