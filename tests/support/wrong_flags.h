// Command lines that are wrong in every way that a table of settings has, and whether people are told so in Chinese.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/flags/bind_fields.h"
#include "common/plan/field.h"
#include "tests/support/chinese_lines.h"

namespace wsload {

using CommandLine = std::vector<std::string>;

/// Of numbers, durations, sizes, addresses, URLs, lists, headers and thresholds: what each of them cannot be.
inline const std::vector<std::string> kWrongValues = {"",
                                                      "x y",
                                                      "-1",
                                                      "99999999999999999999",
                                                      "1e400",
                                                      "nan",
                                                      "0.5.5",
                                                      "5parsecs",
                                                      "1h1",
                                                      "9999999h",
                                                      "99999999999g",
                                                      "abc",
                                                      "a,a",
                                                      ",",
                                                      "http://h/",
                                                      "ws://",
                                                      "ws://h:99999/",
                                                      "ws://[::1",
                                                      "ws://[x]/",
                                                      "ws://[::1]x/",
                                                      "ws://u:p@:1/",
                                                      "ws://a\x01:p@h/",
                                                      "ws://h%20h/",
                                                      "ws://h/#f",
                                                      "ws://h\x01/",
                                                      "ws://h\xff/",
                                                      "ws://xn--\xcc\x81/",
                                                      "ws://h:0/",
                                                      "h",
                                                      "h:0",
                                                      "h:1:2",
                                                      "u@h:1",
                                                      "[::1]",
                                                      "10.0.0.9-10.0.0.1",
                                                      "10.0.0.1-fd00::1",
                                                      "10.0.0.0-10.255.255.255",
                                                      "0.0.0.0",
                                                      "1.2.3.4,1.2.3.4",
                                                      "p(99)",
                                                      "p(101)<1ms",
                                                      "p(99)<200",
                                                      "p(99)<200furlongs",
                                                      "p(99)<-1ms",
                                                      "p99<1ms",
                                                      "foo<1",
                                                      "rate>=5",
                                                      "rate>=5%",
                                                      "rate@connect>5/s",
                                                      "success_rate>=101%",
                                                      "success_rate>=5ms",
                                                      "success_rate>=5",
                                                      "success_rate>100%",
                                                      "success_rate@connect>=50%",
                                                      "failed:nope<1",
                                                      "failed:timeuot<1",
                                                      "failed@nope<1",
                                                      "failed@draim<1",
                                                      "failed<1.5",
                                                      "failed<1ms",
                                                      "failed<",
                                                      "unsent:timeout<1",
                                                      "unsent<0",
                                                      "unsent>=0",
                                                      "rate=<5/s",
                                                      "rate=>5/s",
                                                      "max!5",
                                                      "<5",
                                                      "agents_lost@drain<1",
                                                      "p(99)<1ms,p(99)<1ms",
                                                      "NoColon",
                                                      "Host: x",
                                                      "Sec-WebSocket-Protocol: a",
                                                      "Bad Name: x",
                                                      "X: \x01",
                                                      "X: " + std::string(9000, 'x'),
                                                      "k=v,k=v",
                                                      "=v",
                                                      "exp:5",
                                                      "uniform:1ms",
                                                      "uniform:9ms-1ms",
                                                      "403:2",
                                                      "999",
                                                      "0msgs",
                                                      "/nonexistent/file",
                                                      "/",
                                                      "/dev/null",
                                                      std::string(70'000, 'a')};

/// Runs `read` on a wrong command line for every flag of the table and every way to be wrong. Whatever is refused is
/// refused in Chinese; nothing is taken by a flag that is no text.
template <typename Owner>
void ExpectChineseErrors(Fields<Owner> fields, const std::function<absl::Status(const CommandLine&)>& read) {
  const auto refused = [&read](const CommandLine& line) {
    const absl::Status status = read(line);
    EXPECT_EQ(TextInBoth(status).find('\n'), std::string::npos) << line.front().substr(0, 200);
    return !status.ok();
  };
  const Owner defaults;
  for (const Field<Owner>& field : fields) {
    if (!field.info.has_flag) continue;
    const std::string flag = std::string("-") + field.info.flag;
    const FieldValue value = field.member.get(defaults);
    int errors = refused({flag + "x"}) ? 0 : 100;
    EXPECT_EQ(errors, 0) << flag << "x is no flag";
    for (const std::string& wrong : kWrongValues) errors += refused({flag + "=" + wrong}) ? 1 : 0;
    const bool is_switch = std::holds_alternative<bool>(value) || field.info.if_true != nullptr;
    if (!is_switch) {
      EXPECT_TRUE(refused({flag})) << flag << " wants a value";
    }
    const auto* number = std::get_if<int64_t>(&value);
    if (number != nullptr && field.info.unit != Unit::kNanoseconds && field.info.least > 0) {
      EXPECT_TRUE(refused({fmt::format("{}={}", flag, field.info.least - 1)})) << flag;
    }
    const bool is_text = std::holds_alternative<std::string>(value) && field.member.choices == nullptr;
    EXPECT_GT(errors, is_text ? -1 : 0) << flag << " takes everything";
  }
}

}  // namespace wsload
