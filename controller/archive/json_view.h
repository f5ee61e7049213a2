// A value of a JSON document, and where it stands in it: what is wrong with a file can be named by its path.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/util/local_text.h"

namespace wsload {

/// Reading goes on after an error, with zeros and empty texts, and the first error is kept. A view lives no longer than
/// the one that it came from. One thread.
class JsonView {
 public:
  using Element = simdjson::dom::element;

  /// The document. `error` gets the first one: kInvalidArgument, "latency_us.response.max: want a whole number".
  JsonView(Element element, absl::Status* error) : element_(element), error_(error) {}

  /// A member that must be there.
  JsonView At(std::string_view name) const;
  /// Nothing also when it is null.
  std::optional<JsonView> Find(std::string_view name) const;

  int64_t Int() const;
  uint64_t Unsigned() const;
  double Double() const;
  bool Bool() const;
  std::string Text() const;

  bool IsText() const { return element_.is_string(); }
  bool IsInt() const { return element_.is_int64(); }

  /// Nothing is done after an error.
  template <typename Visit>
  void ForEachElement(Visit&& visit) const {
    simdjson::dom::array array;
    if (element_.get(array) != simdjson::SUCCESS) return Fail({"want an array", "应为数组"});
    size_t index = 0;
    for (const Element element : array) {
      if (!error_->ok()) return;
      visit(JsonView(element, error_, this, {}, index++));
    }
  }

  /// `visit(name, value)`.
  template <typename Visit>
  void ForEachMember(Visit&& visit) const {
    simdjson::dom::object object;
    if (element_.get(object) != simdjson::SUCCESS) return Fail({"want an object", "应为对象"});
    for (const auto [name, element] : object) {
      if (!error_->ok()) return;
      visit(name, JsonView(element, error_, this, name, 0));
    }
  }

  size_t ElementCount() const;

  /// What is wrong with this value, if nothing was wrong before.
  void Fail(const LocalString& what) const;

 private:
  JsonView(Element element, absl::Status* error, const JsonView* parent, std::string_view name, size_t index)
      : element_(element), error_(error), parent_(parent), name_(name), index_(index) {}

  template <typename Type>
  Type Get(const LocalString& wanted) const;
  std::string Path() const;

  Element element_;
  absl::Status* error_;
  const JsonView* parent_ = nullptr;
  std::string name_;  ///< its own, as many are made up for one look; empty: an element of an array
  size_t index_ = 0;
};

}  // namespace wsload
