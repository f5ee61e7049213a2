#include "common/plan/plan_proto.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "common/plan/plan_fields.h"
#include "common/util/int128.h"
#include "common/util/local_error.h"
#include "common/util/text.h"

namespace wsload {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;

/// plan.proto names its fields as the table does.
const FieldDescriptor& DescriptorOf(const FieldInfo& info) {
  return *v1::RunPlan::descriptor()->FindFieldByName(info.name);
}

/// CIPHER_AES for the choice "aes" of the field "cipher"; COMPRESS_NO_CONTEXT for "no-context" of "compress".
std::string EnumPrefix(const FieldInfo& info) { return AsciiUpper(info.name) + "_"; }
std::string EnumName(const FieldInfo& info, std::string choice) {
  std::replace(choice.begin(), choice.end(), '-', '_');
  return EnumPrefix(info) + AsciiUpper(choice);
}
std::string ChoiceName(const FieldInfo& info, std::string_view name) {
  std::string choice = AsciiLower(name.substr(EnumPrefix(info).size()));
  std::replace(choice.begin(), choice.end(), '_', '-');
  return choice;
}

void WriteField(const FieldInfo& info, const FieldValue& value, v1::RunPlan& proto) {
  const FieldDescriptor& field = DescriptorOf(info);
  const Reflection& reflection = *v1::RunPlan::GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&proto, &field, std::get<bool>(value));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&proto, &field, static_cast<int32_t>(std::get<int64_t>(value)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&proto, &field, std::get<int64_t>(value));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.SetDouble(&proto, &field, std::get<double>(value));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&proto, &field, std::get<std::string>(value));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* known = field.enum_type()->FindValueByName(EnumName(info, std::get<std::string>(value)));
      return reflection.SetEnumValue(&proto, &field, known == nullptr ? 0 : known->number());
    }
    default:  // the headers
      for (const auto& [name, content] : std::get<HeaderList>(value)) {
        v1::Header* header = proto.add_headers();
        header->set_name(name);
        header->set_value(content);
      }
  }
}

absl::StatusOr<FieldValue> ReadField(const FieldInfo& info, const v1::RunPlan& proto) {
  const FieldDescriptor& field = DescriptorOf(info);
  const Reflection& reflection = *v1::RunPlan::GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(proto, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return int64_t{reflection.GetInt32(proto, &field)};
    case FieldDescriptor::CPPTYPE_INT64:
      return int64_t{reflection.GetInt64(proto, &field)};
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.GetDouble(proto, &field);
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(proto, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = reflection.GetEnumValue(proto, &field);
      const auto* known = number == 0 ? nullptr : field.enum_type()->FindValueByNumber(number);
      if (known == nullptr) {
        return LocalInvalidArgument({"plan: {} {} is unknown to this version; use the same version on both sides",
                                     "计划：此版本不认识 {} {}；请在两端使用相同版本"},
                                    info.name, number);
      }
      return ChoiceName(info, known->name());
    }
    default: {  // the headers
      HeaderList headers;
      for (const v1::Header& header : proto.headers()) headers.emplace_back(header.name(), header.value());
      return headers;
    }
  }
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
    return LocalInvalidArgument(
        {"slice: {} {} + k * {}, {} terms: not a progression", "分片：{} {} + k * {}，{} 项：不是等差数列"}, name,
        result.first, result.stride, result.count);
  }
  if (result.count > 0) {
    const Int128 last = static_cast<Int128>(result.count - 1) * result.stride + result.first;
    if (last >= limit) {
      return LocalInvalidArgument(
          {"slice: {} {} + k * {}, {} terms: beyond the plan's {}", "分片：{} {} + k * {}，{} 项：超出计划的 {}"}, name,
          result.first, result.stride, result.count, limit);
    }
  }
  return result;
}

}  // namespace

v1::RunPlan ToProto(const RunPlan& plan) {
  v1::RunPlan proto;
  for (const Field<RunPlan>& field : PlanFields()) WriteField(field.info, field.member.get(plan), proto);
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
  for (const Field<RunPlan>& field : PlanFields()) {
    const absl::StatusOr<FieldValue> value = ReadField(field.info, proto);
    if (!value.ok()) return value.status();
    if (const absl::Status set = field.member.set(plan, *value); !set.ok()) {
      const std::string* text = std::get_if<std::string>(&*value);
      return LocalInvalidArgument({"{}: {}", "{}：{}"}, ShownFlag(field.info, text == nullptr ? "" : *text), set);
    }
  }
  if (auto status = ValidatePlan(plan); !status.ok()) return status;
  return plan;
}

absl::StatusOr<Slice> FromProto(const v1::Slice& proto, const RunPlan& plan) {
  Slice slice;
  slice.agent_index = proto.agent_index();
  slice.agent_count = proto.agent_count();
  if (slice.agent_index < 0 || slice.agent_index >= slice.agent_count) {
    return LocalInvalidArgument({"slice: agent {} of {} cannot be", "分片：不可能有第 {} 个压测节点（共 {} 个）"},
                                slice.agent_index, slice.agent_count);
  }
  auto clients = ProgressionFromProto(proto.clients(), "clients", plan.clients);
  if (!clients.ok()) return clients.status();
  auto messages = ProgressionFromProto(proto.messages(), "messages", ScheduleOf(plan).total());
  if (!messages.ok()) return messages.status();
  slice.clients = *clients;
  slice.messages = *messages;
  return slice;
}

}  // namespace wsload
