// What every table of settings must hold to.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "common/flags/bind_fields.h"
#include "common/plan/field.h"
#include "common/util/text.h"
#include "tests/support/member_count.h"

namespace wsload {

inline void ExpectHelp(const FieldInfo& info) {
  for (const std::string_view help : {info.help.english, info.help.chinese}) {
    EXPECT_FALSE(help.empty()) << info.flag;
    EXPECT_FALSE(HasControlCharacter(help)) << info.flag;
  }
  EXPECT_TRUE(std::any_of(info.help.chinese.begin(), info.help.chinese.end(),
                          [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) ||
              info.help.chinese == info.help.english)
      << info.flag;
}

/// Flags have help in both languages; numbers and parsed texts have an example that is good; names come once.
template <typename Owner>
void ExpectWellFormed(Fields<Owner> fields) {
  std::set<std::string_view> names;
  std::set<std::string_view> flags;
  for (const Field<Owner>& field : fields) {
    const FieldInfo& info = field.info;
    EXPECT_STRNE(info.flag, "") << info.name;
    EXPECT_TRUE(flags.insert(info.flag).second) << info.flag;
    if (*info.name != '\0') {
      EXPECT_TRUE(names.insert(info.name).second) << info.name;
    }
    if (info.has_flag) ExpectHelp(info);
    Owner owner;
    const FieldValue initial = field.member.get(owner);
    if (std::holds_alternative<bool>(initial) || info.from_file) continue;
    EXPECT_STRNE(info.example, "") << info.flag;
    EXPECT_LE(info.least, info.most) << info.flag;
    if (!std::holds_alternative<int64_t>(initial) && !std::holds_alternative<double>(initial)) continue;
    // "30s, or 0 for none"
    const std::string_view example = std::string_view(info.example).substr(0, std::string_view(info.example).find(','));
    const absl::StatusOr<FieldValue> value = ParseValue(info, initial, example);
    ASSERT_TRUE(value.ok()) << info.flag << ": " << value.status();
    EXPECT_EQ(CheckRange(info, *value), absl::OkStatus());
    EXPECT_EQ(CheckRange(info, initial), absl::OkStatus()) << "the default";
    EXPECT_EQ(field.member.set(owner, *value), absl::OkStatus());
    EXPECT_EQ(field.member.get(owner), *value);
  }
}

/// Likewise, and there is a row for every member.
template <typename Owner>
void ExpectComplete(Fields<Owner> fields) {
  EXPECT_EQ(fields.size(), MemberCount<Owner>());
  ExpectWellFormed(fields);
}

}  // namespace wsload
