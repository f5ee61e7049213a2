#include "controller/output/doctor_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/time/clock.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

AgentCheck Described() {
  AgentCheck check;
  check.address = "10.0.0.7:7400";
  v1::DescribeResponse& response = check.response.emplace();
  response.set_agent_version("1.2.3");
  response.set_cores(8);
  for (const char* address : {"10.0.0.7", "10.0.0.8", "10.0.0.9"}) response.add_source_addresses(address);
  v1::Means& means = *response.mutable_means();
  means.set_descriptors_soft(65536);
  means.set_descriptors_hard(65536);
  means.set_descriptors_in_use(17);
  means.set_ports(28232);
  means.set_addresses(2);
  means.set_memory_available_bytes(int64_t{3} << 29);
  response.mutable_target()->set_reach(v1::TargetReport::REACH_CONNECTED);
  response.mutable_target()->set_connect_us(1250);
  check.clock_offset_ns = -2'500'000;
  check.clock_error_ns = 300'000;
  check.most_clients = 56464;
  return check;
}

TEST(DoctorReport, HasARowPerAgentWithAllItsFigures) {
  const std::string report = DoctorReport(Language::kEnglish, {Described()});
  for (const char* cell : {"10.0.0.7:7400", "1.2.3", "8", "17/65536", "2 x 28232 = 56464", "10.0.0.7, 10.0.0.8 +1",
                           "1.5 GiB", "56464", "-2.5 ms ± 0.3", "1.2 ms", "ok"}) {
    EXPECT_THAT(report, HasSubstr(cell));
  }
  EXPECT_THAT(report, HasSubstr("1 of 1 agents are ready"));
  EXPECT_THAT(report, Not(HasSubstr("!")));
}

TEST(DoctorReport, SaysWhatIsWrongAndHowToMendIt) {
  AgentCheck gone;
  gone.address = "10.0.0.8:7400";
  gone.problems.push_back({StatementKind::kAgentUnusable, {"connection refused"}, gone.address});
  AgentCheck busy = Described();
  busy.problems.push_back({StatementKind::kAgentBusy, {"run-1", 1'893'456'000 * kNsPerSecond}, busy.address});
  const std::string report = DoctorReport(Language::kEnglish, {Described(), gone, busy});
  EXPECT_THAT(report, HasSubstr("! agent 10.0.0.8:7400: connection refused\n"));
  EXPECT_THAT(report, HasSubstr("! agent 10.0.0.7:7400: busy with run run-1 since 2030-01-01T00:00:00Z; wait"));
  EXPECT_THAT(report, HasSubstr("NOT OK"));
  EXPECT_THAT(report, HasSubstr("Only 1 of 3 agents are ready"));
}

TEST(DoctorReport, ShowsWhatIsNotKnownAsSuch) {
  AgentCheck check;
  check.address = "a:1";
  check.response.emplace().set_agent_version("a\nb");
  check.clock_offset_ns = 3600 * kNsPerSecond;
  const std::string report = DoctorReport(Language::kEnglish, {check});
  EXPECT_THAT(report, HasSubstr("a\\nb"));
  EXPECT_THAT(report, HasSubstr("0/-"));
  EXPECT_THAT(report, HasSubstr("+3600 s"));
}

TEST(DoctorReport, CoresAreThoseThatAQuotaLeaves) {
  AgentCheck check = Described();
  check.response->set_host_cores(8);
  check.response->set_cores(1);
  check.response->set_quota_cores(0.25);
  EXPECT_THAT(DoctorReport(Language::kEnglish, {check}), HasSubstr("   0.25 / 8   "));
  check.response->set_quota_cores(16);
  EXPECT_THAT(DoctorReport(Language::kEnglish, {check}), Not(HasSubstr(" / 8")));
}

TEST(DoctorReport, AWarningLeavesTheAgentReady) {
  AgentCheck check = Described();
  check.warnings.push_back({StatementKind::kNoHeadroom, {150, 100, 120}, check.address});
  const std::string report = DoctorReport(Language::kEnglish, {check});
  EXPECT_THAT(report, HasSubstr("! agent 10.0.0.7:7400: it would have 150 clients after the loss"));
  EXPECT_THAT(report, Not(HasSubstr("NOT OK")));
}

TEST(DoctorReport, SpeaksChinese) {
  AgentCheck check = Described();
  check.problems.push_back({StatementKind::kTooManyClients, {100, 50}, check.address});
  const std::string report = DoctorReport(Language::kChinese, {check});
  EXPECT_THAT(report, HasSubstr("压测节点 10.0.0.7:7400：100 个客户端超过其 -max-clients=50"));
  EXPECT_THAT(report, HasSubstr("异常"));
  EXPECT_THAT(report, HasSubstr("只有 0 / 1 个"));
}

}  // namespace
}  // namespace wsload
