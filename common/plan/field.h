// A setting, said once: its member in the struct that holds it, and all that flags, range checks, the wire and
// result.json need to know of it. Tables of such rows: plan_fields.h, run_policy.h and beside every program's options.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/net/header_list.h"
#include "common/util/choice.h"
#include "common/util/local_error.h"
#include "common/util/local_text.h"

namespace wsload {

/// What a setting's value looks like from outside: enumerations and parsed texts (addresses, lists) are text there.
using FieldValue = std::variant<bool, int64_t, double, std::string, HeaderList>;

/// How a number is written on the command line.
enum class Unit {
  kNone,         ///< 10
  kCount,        ///< 10, 2k, 1.5m (powers of 1000)
  kNanoseconds,  ///< 1m30s, 500ms
  kBytes,        ///< 100, 64k
  kRate,         ///< of a Rate, which is text outside: 10, 0.5, 30/m
};

/// What result.json shows of a value.
enum class Exposure {
  kPlain,       ///< the value; of headers with a secret's name, the name alone
  kUrl,         ///< the URL without the credentials in it
  kWhetherSet,  ///< true or false
  kSecret,      ///< nothing
};

/// A row's texts and bounds; their strings are literals.
struct FieldInfo {
  /// Of the member, of the .proto's field and in result.json; the last one unless `result_name` says otherwise.
  const char* name = "";
  const char* result_name = nullptr;
  Exposure exposure = Exposure::kPlain;

  /// For error lines also where no flag sets the value.
  const char* flag = "";
  bool has_flag = true;
  bool from_file = false;  ///< the flag names a file that holds the value
  // Of an enumeration that can be switched on and off: the choices that -flag alone and -noflag stand for, and truth
  // values likewise.
  const char* if_true = nullptr;
  const char* if_false = nullptr;
  bool is_list = false;            ///< of a text: every occurrence of the flag appends to it, with a comma between
  const char* fallback = nullptr;  ///< the value when neither the file nor the environment gives one
  LocalText help;                  ///< one line
  bool in_short_help = false;      ///< listed by -help, not only by -helpfull
  bool repeat_value = true;        ///< error lines repeat what was written; not where that may be a credential

  // Of numbers, both within the range.
  Unit unit = Unit::kNone;
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t most = std::numeric_limits<int64_t>::max();
  bool or_zero = false;      ///< 0 is good too, and turns the thing off
  const char* example = "";  ///< a value that works, as it is written
};

/// The way to one member of an `Owner`.
template <typename Owner>
struct Member {
  FieldValue (*get)(const Owner& owner);
  /// kInvalidArgument: a line about the value alone. The value is of the alternative that `get` gives.
  absl::Status (*set)(Owner& owner, FieldValue value);
  /// For an enumeration what it may be, "want one of json, proto"; null for everything else.
  LocalString (*choices)() = nullptr;
  /// Likewise: their names, with blanks between.
  std::string (*values)() = nullptr;
};

template <typename Owner>
struct Field {
  Member<Owner> member;
  FieldInfo info;
};

template <typename Owner>
using Fields = std::span<const Field<Owner>>;

/// A type with a text form that is checked once, when it is made of it.
template <typename Type>
concept ParsedText = requires(const Type& value, std::string_view text) {
  { Type::Parse(text) } -> std::same_as<absl::StatusOr<Type>>;
  { value.text() } -> std::convertible_to<std::string>;
};

namespace field_internal {

template <typename>
struct MemberPointer;
template <typename OwnerType, typename ValueType>
struct MemberPointer<ValueType OwnerType::*> {
  using Owner = OwnerType;
  using Value = ValueType;
};

/// kInvalidArgument when it is not within the type's limits.
absl::StatusOr<int32_t> ToInt32(int64_t value);

template <typename Type>
FieldValue Outside(const Type& value) {
  if constexpr (NamedEnum<Type>) {
    return std::string(NameOf(value));
  } else if constexpr (ParsedText<Type>) {
    return std::string(value.text());
  } else if constexpr (std::is_same_v<Type, int32_t>) {
    return int64_t{value};
  } else {
    return value;
  }
}

template <typename Type>
absl::StatusOr<Type> Inside(FieldValue value) {
  if constexpr (NamedEnum<Type>) {
    return ParseChoice<Type>(std::get<std::string>(value));
  } else if constexpr (ParsedText<Type>) {
    return Type::Parse(std::get<std::string>(value));
  } else if constexpr (std::is_same_v<Type, int32_t>) {
    return ToInt32(std::get<int64_t>(value));
  } else {
    return std::get<Type>(std::move(value));
  }
}

template <typename Owner, typename Type>
absl::Status Assign(Type Owner::*member, Owner& owner, absl::StatusOr<Type> value) {
  if (!value.ok()) return value.status();
  owner.*member = *std::move(value);
  return absl::OkStatus();
}

/// "json proto".
template <NamedEnum Enum>
std::string NamesOf() {
  std::string names;
  for (const Choice<Enum>& choice : kChoices<Enum>) {
    if (!names.empty()) names += ' ';
    names += choice.name;
  }
  return names;
}

}  // namespace field_internal

/// The way to a member of a type that is in FieldValue, an int32_t, a NamedEnum or a ParsedText.
template <auto kMember>
constexpr auto MemberOf() {
  using Owner = typename field_internal::MemberPointer<decltype(kMember)>::Owner;
  using Value = typename field_internal::MemberPointer<decltype(kMember)>::Value;
  Member<Owner> member{.get = [](const Owner& owner) { return field_internal::Outside(owner.*kMember); },
                       .set =
                           [](Owner& owner, FieldValue value) {
                             return field_internal::Assign(kMember, owner,
                                                           field_internal::Inside<Value>(std::move(value)));
                           }};
  if constexpr (NamedEnum<Value>) {
    member.choices = &WantOneOf<Value>;
    member.values = &field_internal::NamesOf<Value>;
  }
  return member;
}

/// The way to a member of any other type, by its text form: `kParse` makes it of a text, `kText` makes a text of it.
template <auto kMember, auto kParse, auto kText>
constexpr auto TextMemberOf() {
  using Owner = typename field_internal::MemberPointer<decltype(kMember)>::Owner;
  return Member<Owner>{.get = [](const Owner& owner) { return FieldValue(std::string(kText(owner.*kMember))); },
                       .set =
                           [](Owner& owner, FieldValue value) {
                             return field_internal::Assign(kMember, owner, kParse(std::get<std::string>(value)));
                           }};
}

/// What the value is called in result.json.
constexpr const char* ResultName(const FieldInfo& info) {
  return info.result_name != nullptr ? info.result_name : info.name;
}

/// What an error line about a value begins with: "-server=x", or the flag alone.
std::string ShownFlag(const FieldInfo& info, std::string_view value);

/// OK, or kInvalidArgument with one line that names the flag, the value, the bound and an example.
absl::Status CheckRange(const FieldInfo& info, const FieldValue& value);

/// CheckRange() of all numbers; enumerations must have one of their names.
template <typename Owner>
absl::Status CheckFields(Fields<Owner> fields, const Owner& owner) {
  for (const Field<Owner>& field : fields) {
    const FieldValue value = field.member.get(owner);
    if (absl::Status in_range = CheckRange(field.info, value); !in_range.ok()) return in_range;
    if (field.member.choices != nullptr && std::get<std::string>(value).empty()) {
      return LocalInvalidArgument({"-{}: unknown; {}", "-{}：无法识别；{}"}, field.info.flag, field.member.choices());
    }
  }
  return absl::OkStatus();
}

}  // namespace wsload
