#include "controller/output/statement_json.h"

#include <string_view>
#include <variant>

#include "common/util/language.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

void WriteArg(JsonWriter& json, std::string_view name, const auto& value) {
  json.Key(name);
  json.Value(value);
}

/// Its words in other languages are in the whole text.
void WriteArg(JsonWriter& json, std::string_view name, const LocalString& value) {
  json.Key(name);
  json.Value(value.english());
}

}  // namespace

void WriteStatement(JsonWriter& json, const Statement& statement) {
  json.Object(Layout::kOneLine, [&] {
    json.Member("kind", StatementName(statement.kind));
    json.Object("args", Layout::kOneLine, [&] {
      for (const auto& [name, arg] : NamedArgs(statement)) {
        std::visit([&, key = name](const auto& value) { WriteArg(json, key, value); }, arg);
      }
    });
    json.Member("text", StatementText(Language::kEnglish, statement));
    json.Member("text_zh", StatementText(Language::kChinese, statement));
  });
}

void WriteStatements(JsonWriter& json, const std::vector<Statement>& statements) {
  json.Array(Layout::kLines, [&] {
    for (const Statement& statement : statements) WriteStatement(json, statement);
  });
}

}  // namespace wsload
