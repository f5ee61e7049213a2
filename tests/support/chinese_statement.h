// Whether what agents tell their controller is told as a statement, too, which has Chinese words.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "common/lang/statement_proto.h"
#include "tests/support/chinese_lines.h"
#include "wsload/v1/control.pb.h"

namespace wsload {

inline void ExpectInBoth(const std::string& english, const v1::Statement& proto) {
  const std::optional<Statement> statement = FromProto(proto, 400);
  ASSERT_TRUE(statement.has_value()) << english;
  EXPECT_EQ(StatementText(Language::kEnglish, *statement), english);
  EXPECT_TRUE(IsChinese(StatementText(Language::kChinese, *statement)));
}

/// The message, looked at.
inline v1::AgentMessage ToldInBoth(v1::AgentMessage message) {
  if (message.has_refused()) ExpectInBoth(message.refused().message(), message.refused().statement());
  if (const v1::Done& done = message.done(); !done.stopped_early().empty()) {
    ExpectInBoth(done.stopped_early(), done.stopped_early_statement());
  }
  return message;
}

}  // namespace wsload
