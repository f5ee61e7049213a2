#include "controller/archive/json_view.h"

#include <fmt/format.h>

#include "common/util/local_error.h"
#include "common/util/status.h"

namespace wsload {

JsonView JsonView::At(std::string_view name) const {
  Element found = element_;
  if (element_.at_key(name).get(found) != simdjson::SUCCESS) {
    Fail(FillLocal({"there is no member \"{}\"", "缺少成员 \"{}\""}, name));
  }
  return JsonView(found, error_, this, name, 0);
}

std::optional<JsonView> JsonView::Find(std::string_view name) const {
  Element found;
  if (element_.at_key(name).get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
  return JsonView(found, error_, this, name, 0);
}

template <typename Type>
Type JsonView::Get(const LocalString& wanted) const {
  Type value{};
  if (element_.get(value) != simdjson::SUCCESS) {
    Fail(wanted);
    return Type{};
  }
  return value;
}

int64_t JsonView::Int() const { return Get<int64_t>({"want a whole number", "应为整数"}); }

uint64_t JsonView::Unsigned() const { return Get<uint64_t>({"want a whole number from 0 on", "应为不小于 0 的整数"}); }

double JsonView::Double() const { return Get<double>({"want a number", "应为数字"}); }

bool JsonView::Bool() const { return Get<bool>({"want true or false", "应为 true 或 false"}); }

std::string JsonView::Text() const { return std::string(Get<std::string_view>({"want a text", "应为文本"})); }

size_t JsonView::ElementCount() const {
  simdjson::dom::array array;
  return element_.get(array) == simdjson::SUCCESS ? array.size() : 0;
}

std::string JsonView::Path() const {
  if (parent_ == nullptr) return {};
  const std::string before = parent_->Path();
  if (name_.empty()) return fmt::format("{}[{}]", before, index_);
  return before.empty() ? name_ : fmt::format("{}.{}", before, name_);
}

void JsonView::Fail(const LocalString& what) const {
  if (!error_->ok()) return;
  const std::string path = Path();
  *error_ = path.empty() ? LocalStatus(absl::StatusCode::kInvalidArgument, what)
                         : LocalInvalidArgument({"{}: {}", "{}：{}"}, path, what);
}

}  // namespace wsload
