#include "controller/output/statement_json.h"

#include <string>
#include <variant>

namespace wsload {
namespace {

using Json = nlohmann::ordered_json;

Json StatementJson(const Statement& statement) {
  Json args = Json::object();
  for (const auto& [name, arg] : NamedArgs(statement)) {
    std::visit([&, key = std::string(name)](const auto& value) { args[key] = value; }, arg);
  }
  return {{"kind", StatementName(statement.kind)},
          {"args", std::move(args)},
          {"text", StatementText(Language::kEnglish, statement)}};
}

}  // namespace

Json StatementsJson(const std::vector<Statement>& statements) {
  Json json = Json::array();
  for (const Statement& statement : statements) json.push_back(StatementJson(statement));
  return json;
}

}  // namespace wsload
