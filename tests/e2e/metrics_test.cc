// What Prometheus would scrape from a real agent, held against the result of its runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <string>

#include "common/metrics/duration_buckets.h"
#include "common/stats/figure_list.h"
#include "tests/e2e/cluster.h"
#include "tests/support/raw_ws_client.h"

namespace wsload::e2e {
namespace {

using testing::HasSubstr;

/// Sample ("name{labels}") to value.
using Samples = std::map<std::string, double>;

Samples Scrape(const std::string& address) {
  RawWsClient client(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  client.SendRaw("GET /metrics HTTP/1.1\r\nHost: " + address + "\r\n\r\n");
  EXPECT_EQ(client.ReadHttpResponse(), 200);
  const std::string& answer = client.response();
  Samples samples;
  std::istringstream lines(answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4)));
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.rfind(' ');
    if (line.starts_with("wsload_")) samples[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return samples;
}

/// The labels of a sample, nothing when it has none.
std::string Cause(const char* cause) { return cause == nullptr ? "" : "{cause=\"" + std::string(cause) + "\"}"; }

/// Runs of one agent, added up from their results.
struct Expected {
  std::map<std::string, double> samples;
  /// Of the histogram `name`: {highest value of the bucket in us, count}.
  std::map<std::string, std::vector<std::pair<int64_t, double>>> buckets;

  void Add(const nlohmann::json& agent) {
    const auto& totals = agent.at("totals");
    const auto& connections = totals.at("connections");
    const auto add = [this](const std::string& sample, const nlohmann::json& value) {
      samples[sample] += value.get<double>();
    };
    for (const CounterInfo& row : kCounters) {
      if (!row.counted()) continue;
      const bool failure = row.group == CounterInfo::Group::kFailures;
      add(row.metric.family + Cause(row.metric.cause), (failure ? totals.at("failures") : totals).at(row.name.shown));
    }
    for (const ConnectionCounterInfo& row : kConnectionCounters) {
      if (row.causes == nullptr) {
        add(row.metric.family, connections.at(row.name.shown));
        continue;
      }
      for (const auto& [cause, count] : connections.at(row.causes_name).items()) {
        add(row.metric.family + Cause(cause.c_str()), count);
      }
    }
    for (const HistogramInfo& row : kHistograms) {
      const std::string metric = row.metric.family;
      const bool of_loop = row.group == HistogramInfo::Group::kLoop;
      const auto& latency =
          of_loop ? agent.at(std::string(row.name.shown) + "_us") : agent.at("latency_us").at(row.name.shown);
      add(metric + "_count", latency.at("count"));
      samples[metric + "_sum"] += latency.at("mean").get<double>() * latency.at("count").get<double>() / 1e6;
      for (const auto& bucket : latency.at("histogram").at("buckets")) {
        buckets[metric].emplace_back(bucket.at(0).get<int64_t>(), bucket.at(1).get<double>());
      }
    }
  }

  void ExpectIn(const Samples& scraped) const {
    for (const auto& [sample, value] : samples) {
      const auto found = scraped.find(sample);
      ASSERT_NE(found, scraped.end()) << sample;
      EXPECT_NEAR(found->second, value, 1e-6 * std::max(1.0, value)) << sample;
    }
    for (const auto& [metric, counts] : buckets) {
      for (const int64_t bound_us : DurationBuckets::kBoundsUs) {
        double below = 0;
        for (const auto& [highest_us, count] : counts) below += highest_us < bound_us ? count : 0;
        std::ostringstream sample;
        sample << metric << "_bucket{le=\"" << static_cast<double>(bound_us) / 1e6 << "\"}";
        ASSERT_TRUE(scraped.contains(sample.str())) << sample.str();
        EXPECT_EQ(scraped.at(sample.str()), below) << sample.str();
      }
    }
  }
};

TEST(Metrics, ThreeRunsLaterTheTotalsAreTheResults) {
  Gateway gateway({"-ack-delay=exp:5ms", "-ack-drop=0.1", "-push-rate=20"});
  Agent first({"-name=agent-0", "-metrics=127.0.0.1:0"});
  Agent second({"-name=agent-1", "-metrics=127.0.0.1:0"});
  const std::string agents = "-agents=" + first.address() + "," + second.address();
  Expected expected[2];
  // The third finds nobody at home: its connections fail, and it ends early.
  for (const std::string& url : {gateway.url(), gateway.url(), std::string("ws://127.0.0.1:1/ws")}) {
    const Outcome run =
        RunController({agents, "-clients=20", "-mps=150", "-duration=2s", "-ramp-up=500ms", "-resp-timeout=300ms",
                       "-heartbeat=500ms", "-check-server=false", "-server=" + url});
    ASSERT_FALSE(run.result.is_null()) << run.err;
    ExpectConserved(run.result);
    for (int i : {0, 1}) expected[i].Add(run.result.at("agents").at(static_cast<size_t>(i)));
  }
  gateway.Stop();
  double timeouts = 0;
  for (int i : {0, 1}) {
    SCOPED_TRACE(i);
    const Samples scraped = Scrape((i == 0 ? first : second).metrics_address());
    expected[i].ExpectIn(scraped);
    EXPECT_EQ(scraped.at("wsload_messages_scheduled_total"), 300);
    timeouts += scraped.at("wsload_messages_failed_total{cause=\"timeout\"}");
    EXPECT_EQ(scraped.at("wsload_connections_failed_total{cause=\"refused\"}"), 10);
    EXPECT_GT(scraped.at("wsload_pushes_total"), 0);
    EXPECT_EQ(scraped.at("wsload_agent_runs_total{end=\"completed\"}"), 2);
    EXPECT_EQ(scraped.at("wsload_agent_runs_total{end=\"stopped\"}"), 1);
    EXPECT_EQ(scraped.at("wsload_agent_busy"), 0);
    EXPECT_EQ(scraped.at("wsload_connections_active"), 0);
  }
  EXPECT_GT(timeouts, 0);
}

TEST(Metrics, ARunUnderWayShows) {
  Gateway gateway({"-ack-delay=5ms"});
  Agent agent({"-metrics=127.0.0.1:0"});
  EXPECT_EQ(Scrape(agent.metrics_address()).at("wsload_agent_busy"), 0);
  const TempDir out;
  Process controller({Binary("wsload"), "-agents=" + agent.address(), "-clients=10", "-mps=100", "-duration=60s",
                      "-ramp-up=200ms", "-server=" + gateway.url(), "-out=" + out.path()});
  // Bounded by the run's own length.
  Samples before;
  while (before["wsload_messages_succeeded_total"] == 0 && !controller.Wait(std::chrono::milliseconds(100))) {
    before = Scrape(agent.metrics_address());
  }
  EXPECT_EQ(before["wsload_agent_busy"], 1);
  EXPECT_EQ(before["wsload_agent_clients"], 10);
  EXPECT_EQ(before["wsload_connections_active"], 10);
  EXPECT_EQ(before["wsload_agent_phase{phase=\"measure\"}"], 1);
  EXPECT_GT(before["wsload_agent_lease_remaining_seconds"], 0);
  EXPECT_LE(before["wsload_agent_lease_remaining_seconds"], 5);
  controller.Signal(SIGINT);
  EXPECT_TRUE(controller.Wait(std::chrono::seconds(30)).has_value());
  Samples after = Scrape(agent.metrics_address());
  EXPECT_EQ(after["wsload_agent_busy"], 0);
  EXPECT_EQ(after["wsload_agent_runs_total{end=\"stopped\"}"], 1);
  for (const auto& [sample, value] : before) {
    const bool grows = sample.find("_total") != std::string::npos || sample.find("_bucket") != std::string::npos ||
                       sample.find("_count") != std::string::npos;
    EXPECT_TRUE(!grows || after[sample] >= value) << sample;
  }
  gateway.Stop();
}

TEST(Metrics, ABadAddressIsOneLine) {
  const auto line = [](const std::vector<std::string>& flags, int exit_code) {
    std::vector<std::string> command = {Binary("wsload-agent"), "-listen=127.0.0.1:0", "-log-level=error"};
    command.insert(command.end(), flags.begin(), flags.end());
    Process agent(command);
    EXPECT_EQ(agent.Wait(std::chrono::seconds(20)), exit_code);
    EXPECT_EQ(std::count(agent.err().begin(), agent.err().end(), '\n'), 1) << agent.err();
    EXPECT_EQ(agent.out(), "");
    return agent.err();
  };
  EXPECT_THAT(line({"-metrics=127.0.0.1"}, 104), HasSubstr("-metrics=127.0.0.1: the port is missing"));
  EXPECT_THAT(line({"-metrics=:7401"}, 104), HasSubstr("the host is missing"));
  EXPECT_THAT(line({"-metrics=127.0.0.1:x"}, 104), HasSubstr("the port must be a number"));
  EXPECT_THAT(line({"-listen=127.0.0.1:7400", "-metrics=127.0.0.1:7400"}, 104), HasSubstr("choose another port"));
  EXPECT_THAT(line({"-name=a\xff", "-metrics=127.0.0.1:0"}, 104), HasSubstr("-name=\"a\\xff\": want UTF-8"))
      << "a scrape with it would be refused, and so would the agent's answers";
  Agent other({"-metrics=127.0.0.1:0"});
  EXPECT_THAT(line({"-metrics=" + other.metrics_address()}, 1),
              HasSubstr("cannot listen on " + other.metrics_address() + ": Address already in use"));
}

}  // namespace
}  // namespace wsload::e2e
