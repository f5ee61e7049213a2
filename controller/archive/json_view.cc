#include "controller/archive/json_view.h"

#include <fmt/format.h>

#include "common/util/status.h"

namespace wsload {

JsonView JsonView::At(std::string_view name) const {
  Element found = element_;
  if (element_.at_key(name).get(found) != simdjson::SUCCESS) {
    Fail(fmt::format("there is no member \"{}\"", name));
  }
  return JsonView(found, error_, this, name, 0);
}

std::optional<JsonView> JsonView::Find(std::string_view name) const {
  Element found;
  if (element_.at_key(name).get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
  return JsonView(found, error_, this, name, 0);
}

template <typename Type>
Type JsonView::Get(std::string_view wanted) const {
  Type value{};
  if (element_.get(value) != simdjson::SUCCESS) {
    Fail(wanted);
    return Type{};
  }
  return value;
}

int64_t JsonView::Int() const { return Get<int64_t>("want a whole number"); }

uint64_t JsonView::Unsigned() const { return Get<uint64_t>("want a whole number from 0 on"); }

double JsonView::Double() const { return Get<double>("want a number"); }

bool JsonView::Bool() const { return Get<bool>("want true or false"); }

std::string JsonView::Text() const { return std::string(Get<std::string_view>("want a text")); }

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

void JsonView::Fail(std::string_view what) const {
  if (!error_->ok()) return;
  const std::string path = Path();
  *error_ = path.empty() ? InvalidArgument("{}", what) : InvalidArgument("{}: {}", path, what);
}

}  // namespace wsload
