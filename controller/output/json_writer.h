// Writes one JSON document value by value, so that no document is ever held as values: a run of many agents has
// buckets by the million.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wsload {

/// One thread. Every document that it writes is valid: bytes of a string that are no UTF-8 become U+FFFD, and a number
/// that JSON does not have (infinite, not a number) becomes null. In an object every value follows its key.
class JsonWriter {
 public:
  enum class Layout {
    kLines,    ///< a line for each member or element
    kOneLine,  ///< everything inside on the same line, whatever layout it asks for
  };

  /// Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out);
  ~JsonWriter();

  /// `write` writes the members, each with Key() and a value, or with Member().
  template <typename Write>
  void Object(Layout layout, Write&& write) {
    Begin('{', layout);
    std::forward<Write>(write)();
    End('{');
  }
  /// `write` writes the elements.
  template <typename Write>
  void Array(Layout layout, Write&& write) {
    Begin('[', layout);
    std::forward<Write>(write)();
    End('[');
  }

  void Key(std::string_view name);

  void Null();
  void Value(std::same_as<bool> auto value) { Bool(value); }
  void Value(std::signed_integral auto value) { Int(value); }
  void Value(std::unsigned_integral auto value) requires(!std::same_as<decltype(value), bool>) { Unsigned(value); }
  void Value(double value);
  void Value(std::string_view text);
  void Value(const std::string& text) { Value(std::string_view(text)); }
  void Value(const char* text) { Value(std::string_view(text)); }
  /// null when there is none.
  template <typename T>
  void Value(const std::optional<T>& value) {
    if (value.has_value()) {
      Value(*value);
    } else {
      Null();
    }
  }

  template <typename T>
  void Member(std::string_view name, const T& value) {
    Key(name);
    Value(value);
  }
  template <typename Write>
  void Object(std::string_view name, Layout layout, Write&& write) {
    Key(name);
    Object(layout, std::forward<Write>(write));
  }
  template <typename Write>
  void Array(std::string_view name, Layout layout, Write&& write) {
    Key(name);
    Array(layout, std::forward<Write>(write));
  }

 private:
  class Impl;

  void Begin(char bracket, Layout layout);
  void End(char bracket);
  void Bool(bool value);
  void Int(int64_t value);
  void Unsigned(uint64_t value);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace wsload
