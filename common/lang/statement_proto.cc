#include "common/lang/statement_proto.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/util/text.h"

namespace wsload {
namespace {

void SetValue(int64_t value, v1::StatementArg& proto) { proto.set_whole(value); }
void SetValue(double value, v1::StatementArg& proto) { proto.set_share(value); }
void SetValue(const LocalString& value, v1::StatementArg& proto) {
  proto.mutable_text()->set_english(value.english());
  proto.mutable_text()->set_chinese(value.chinese());
}

StatementArg ValueOf(const v1::StatementArg& proto, size_t most_bytes) {
  switch (proto.value_case()) {
    case v1::StatementArg::kWhole:
      return proto.whole();
    case v1::StatementArg::kShare:
      return proto.share();
    case v1::StatementArg::kText:
    case v1::StatementArg::VALUE_NOT_SET:
      break;
  }
  const v1::LocalString& text = proto.text();
  return LocalString(Shown(text.english(), most_bytes), Shown(text.chinese(), most_bytes));
}

}  // namespace

v1::Statement ToProto(const Statement& statement) {
  v1::Statement proto;
  proto.set_kind(std::string(StatementName(statement.kind)));
  for (const auto& [name, value] : NamedArgs(statement)) {
    v1::StatementArg& arg = *proto.add_args();
    arg.set_name(std::string(name));
    std::visit([&arg](const auto& one) { SetValue(one, arg); }, value);
  }
  return proto;
}

std::optional<Statement> FromProto(const v1::Statement& proto, size_t most_bytes) {
  // No kind has as many; what else is there came from somebody who means harm.
  constexpr int kMostArgs = 16;
  if (proto.args_size() > kMostArgs) return std::nullopt;
  std::vector<std::pair<std::string, StatementArg>> args;
  for (const v1::StatementArg& arg : proto.args()) args.emplace_back(arg.name(), ValueOf(arg, most_bytes));
  return StatementOf(proto.kind(), args);
}

LocalString LinesOf(const std::string& english, const v1::Statement& proto, size_t most_bytes) {
  const std::optional<Statement> known = FromProto(proto, most_bytes);
  return {Shown(english, most_bytes),
          known.has_value() ? Shown(StatementText(Language::kChinese, *known), most_bytes) : std::string()};
}

}  // namespace wsload
