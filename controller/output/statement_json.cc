#include "controller/output/statement_json.h"

#include <variant>

#include "common/lang/language.h"

namespace wsload {
namespace {

using Layout = JsonWriter::Layout;

}  // namespace

void WriteStatement(JsonWriter& json, const Statement& statement) {
  json.Object(Layout::kOneLine, [&] {
    json.Member("kind", StatementName(statement.kind));
    json.Object("args", Layout::kOneLine, [&] {
      for (const auto& [name, arg] : NamedArgs(statement)) {
        json.Key(name);
        std::visit([&](const auto& value) { json.Value(value); }, arg);
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
