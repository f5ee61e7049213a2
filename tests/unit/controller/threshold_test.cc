#include "controller/result/threshold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/util/status.h"
#include "controller/result/threshold_list.h"
#include "controller/result/threshold_value.h"
#include "tests/support/chinese_lines.h"
#include "tests/unit/controller/sample_result.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using Figure = Threshold::Figure;

Threshold Parsed(std::string_view text) {
  const absl::StatusOr<Threshold> threshold = Threshold::Parse(text);
  EXPECT_TRUE(threshold.ok()) << text << ": " << threshold.status();
  return threshold.value_or(Threshold{});
}

std::string Refused(std::string_view text) {
  const absl::StatusOr<Threshold> threshold = Threshold::Parse(text);
  if (threshold.ok()) return "taken";
  EXPECT_EQ(threshold.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string line = TextInBoth(threshold.status());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  return line;
}

TEST(Threshold, IsAMetricAComparisonAndABoundWithItsUnit) {
  const Threshold threshold = Parsed(" p(99.9) <= 1.5s ");
  EXPECT_EQ(threshold.expression, "p(99.9)<=1.5s");
  EXPECT_EQ(threshold.metric, "p(99.9)");
  EXPECT_EQ(threshold.bound_text, "1.5 s");
  EXPECT_EQ(threshold.figure, Figure::kPercentile);
  EXPECT_EQ(threshold.histogram, &Stats::response);
  EXPECT_EQ(threshold.percentile, 99'900'000);
  EXPECT_EQ(threshold.comparison, Relation::kAtMost);
  EXPECT_EQ(threshold.unit, ThresholdUnit::kMicroseconds);
  EXPECT_EQ(threshold.bound, 1'500'000);
  EXPECT_EQ(threshold.phase, std::nullopt);
}

TEST(Threshold, KnowsEveryLatencyByTheFiguresList) {
  for (const HistogramInfo& row : kHistograms) {
    const std::string name = row.name.shown;
    if (row.group != HistogramInfo::Group::kLatency) {
      EXPECT_THAT(Refused(name + "_max<1s"), HasSubstr("unknown metric")) << name;
      continue;
    }
    EXPECT_EQ(Parsed(name + "_p(50)<1ms").histogram, row.field) << name;
    EXPECT_EQ(Parsed(name + "_avg<1ms").figure, Figure::kMean);
    EXPECT_EQ(Parsed(name + "_max<1ms").figure, Figure::kMax);
    EXPECT_EQ(Parsed(name + "_min>1us").figure, Figure::kMin);
  }
  EXPECT_EQ(Parsed("lag_p(99)<10ms").histogram, &Stats::send_lag);
  EXPECT_EQ(Parsed("max<1s").histogram, &Stats::response);
}

TEST(Threshold, KnowsEveryCauseByTheFiguresList) {
  for (const CounterInfo& row : kCounters) {
    const std::string text = std::string("failed:") + row.name.shown + "<3";
    if (row.group == CounterInfo::Group::kFailures) {
      EXPECT_EQ(Parsed(text).cause, row.field);
    } else {
      EXPECT_THAT(Refused(text), HasSubstr("unknown cause"));
    }
  }
}

TEST(Threshold, TakesSharesRatesAndCounts) {
  EXPECT_EQ(Parsed("success_rate>=99.5%").bound, 0.995);
  EXPECT_EQ(Parsed("success_rate>=0.995").bound, 0.995);
  EXPECT_EQ(Parsed("success_rate>=0.995").bound_text, "99.5 %");
  EXPECT_EQ(Parsed("rate>=790/s").unit, ThresholdUnit::kPerSecond);
  EXPECT_EQ(Parsed("failed<10").unit, ThresholdUnit::kCount);
  EXPECT_EQ(Parsed("failed<1%").unit, ThresholdUnit::kRatio);
  EXPECT_EQ(Parsed("failed:timeout@drain<=0").phase, Phase::kDrain);
  EXPECT_EQ(Parsed("connect_p(99)@connect<1s").phase, Phase::kConnect);
  for (const char* text : {"unsent<=0", "connections_failed<1%", "connections_lost<5", "agents_lost<1"}) Parsed(text);
}

struct Slip {
  const char* text;
  const char* line;
};

constexpr Slip kSlips[] = {
    {"", "is empty; for example p(99)<200ms"},
    {"  ", "is empty"},
    {"p(99)", "has no <, <=, > or >=; for example p(99)<200ms (in quotes"},
    {"rate", "in quotes in a shell, which takes < and > for itself"},
    {"<200ms", "has no metric before <"},
    {"p(99)=200ms", "= is no comparison; write <, <=, > or >="},
    {"p(99)==200ms", "== is no comparison"},
    {"p(99)!=200ms", "!= is no comparison"},
    {"p(99)=<200ms", "=< is no comparison; write <="},
    {"p(99)=>200ms", "=> is no comparison; write >="},
    {"p(99)<<200ms", "<< is no comparison"},
    {"p99<200ms", "unknown metric p99; did you mean p(99)?"},
    {"P(99)<200ms", "did you mean p(99)?"},
    {"p(99<200ms", "did you mean p(99)?"},
    {"p99.9<200ms", "did you mean p(99.9)?"},
    {"service_p99<200ms", "did you mean service_p(99)?"},
    {"servce_p(99)<200ms", "did you mean service_p(99)?"},
    {"med<200ms", "did you mean p(50)?"},
    {"mean<200ms", "did you mean avg?"},
    {"maximum<200ms", "unknown metric maximum"},
    {"sucess_rate>=99%", "did you mean success_rate?"},
    {"Rate>=5/s", "did you mean rate?"},
    {"connection_failed<1", "did you mean connections_failed?"},
    {"http_req_duration<1s", "unknown metric http_req_duration; the metrics are p(99), avg"},
    {"loop_stall_max<1s", "unknown metric"},
    {"p()<200ms", "want a percentile over 0 and up to 100"},
    {"p(0)<200ms", "want a percentile over 0 and up to 100"},
    {"p(101)<200ms", "want a percentile over 0 and up to 100"},
    {"p(-1)<200ms", "want a percentile over 0"},
    {"p(9 9 x)<200ms", "want a percentile over 0"},
    {"p(99.1234567)<200ms", "at most six decimals"},
    {"p(99)<", "nothing is no number"},
    {"p(99)<ms", "ms is no number"},
    {"p(99)<200", "200 has no unit; write 200ms, 200us or 200s"},
    {"p(99)<200msec", "msec is no unit of a time; write us, ms or s"},
    {"p(99)<200%", "% is no unit of a time"},
    {"p(99)<200/s", "/s is no unit of a time"},
    {"p(99)<-1ms", "-1ms is below 0"},
    {"p(99)<inf", "inf is no number"},
    {"p(99)<nan", "nan is no number"},
    {"p(99)<1e3ms", "is no unit of a time"},
    {"p(99)<0ms", "nothing is below 0"},
    {"p(99)>=0ms", "is always kept"},
    {"success_rate>=99", "99 has no unit; write 99%"},
    {"success_rate>=1", "1 has no unit; write 1%"},
    {"success_rate>=99ms", "ms is no unit of a share; write 99%"},
    {"success_rate>=101%", "is over 100 %"},
    {"success_rate>100%", "nothing is over 100 %; write >=100%"},
    {"success_rate<=100%", "is always kept"},
    {"rate>=790", "790 has no unit; write 790/s"},
    {"rate>=790/m", "/m is no unit of a rate; write 790/s"},
    {"rate@drain>=5/s", "a rate is one of the measure phase; leave @drain out"},
    {"failed<10/s", "/s is no unit of a count; write 10 or 10%"},
    {"failed<1.5", "1.5 is no whole number; a share of all is written with %"},
    {"failed<0", "nothing is below 0; write <=0 for none at all"},
    {"failed:timeot<3", "unknown cause timeot; did you mean timeout?"},
    {"failed:xyz<3", "the causes are timeout, rate_limited, connection_lost, send_error, refused"},
    {"failed:<3", "unknown cause"},
    {"unsent:timeout<3", "only failed has causes"},
    {"p(99):timeout<3ms", "only failed has causes"},
    {"agents_lost<1%", "% is no unit of a count; write 1"},
    {"agents_lost@drain<1", "leave @drain out"},
    {"p(99)@drian<1s", "unknown phase @drian; did you mean drain?"},
    {"p(99)@ramp-up<1s", "the phases are connect, warm_up, measure, drain, close"},
    {"p(99)@warmup<1s", "did you mean warm_up?"},
    {"p(99)@<1s", "unknown phase @"},
    {"success_rate@drain>=9%", "is a share of what @drain does not begin; leave @drain out"},
    {"connections_failed@measure<9%", "or write a count"},
    {"p(99)<200ms\n", "want one line"},
    {"\x01p(99)<200ms", "want one line"},
    {"p(99)<\xff", "want one line"},
};

TEST(Threshold, EverySlipHasALineThatNamesTheMend) {
  for (const Slip& slip : kSlips) EXPECT_THAT(Refused(slip.text), HasSubstr(slip.line)) << "\"" << slip.text << "\"";
  EXPECT_THAT(Refused(std::string(1000, 'p') + "<1s"), HasSubstr("want one line of at most"));
}

TEST(Threshold, TakesEveryCutAndEveryByteWithoutHarm) {
  for (const std::string whole : {"service_p(99.9)@measure<=1m30.5s", "failed:rate_limited@drain<10", "rate>=0.5/s"}) {
    for (size_t cut = 0; cut <= whole.size(); ++cut) {
      (void)Threshold::Parse(whole.substr(0, cut));
      (void)Threshold::Parse(whole.substr(cut));
    }
    for (size_t at = 0; at < whole.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = whole;
        changed[at] = static_cast<char>(byte);
        const absl::StatusOr<Threshold> threshold = Threshold::Parse(changed);
        if (!threshold.ok()) continue;
        // What was taken says the same when it is read again.
        EXPECT_EQ(*threshold, *Threshold::Parse(threshold->expression)) << changed;
      }
    }
  }
}

std::string ListRefused(std::string_view text) {
  const auto list = ThresholdList::Parse(text);
  return list.ok() ? "taken" : TextInBoth(list.status());
}

TEST(ThresholdList, IsReadAsItIsWritten) {
  const ThresholdList list = *ThresholdList::Parse("p(99) < 200ms , success_rate>=99%");
  EXPECT_EQ(list.text(), "p(99)<200ms,success_rate>=99%");
  EXPECT_EQ(*ThresholdList::Parse(list.text()), list);
  EXPECT_TRUE(ThresholdList::Parse("")->empty());
  EXPECT_THAT(ListRefused("p(99)<1s,p(99)<1s"), HasSubstr("is there twice"));
  EXPECT_THAT(ListRefused("p(99)<1s,"), HasSubstr("is empty"));
  std::string many = "p(1)<1s";
  for (int i = 2; i <= 65; ++i) many += fmt::format(",p({})<1s", i);
  EXPECT_THAT(ListRefused(many), HasSubstr("at most 64"));
}

std::string PlanRefused(const char* text, const RunPlan& plan) {
  const absl::Status checked = ThresholdList::Parse(text)->CheckAgainst(plan);
  return checked.ok() ? "taken" : TextInBoth(checked);
}

TEST(ThresholdList, NoPlanIsTooSmallForItsThresholds) {
  RunPlan plan = SamplePlan();  // 200 messages, 10 connections
  EXPECT_EQ(PlanRefused("p(99)<1s,p(99.5)<1s,p(100)<1s,max<1s,failed<1,rate>=100/s,rate<1000/s", plan), "taken");
  EXPECT_THAT(PlanRefused("p(99.6)<1s", plan), HasSubstr("takes at least 250 messages, and 200 are planned"));
  EXPECT_THAT(PlanRefused("p(99.99)<1s", plan), HasSubstr("-threshold=p(99.99)<1s: takes at least 10000 messages"));
  EXPECT_THAT(PlanRefused("service_p(99.9)@measure<1s", plan), HasSubstr("takes at least 1000 messages"));
  EXPECT_EQ(PlanRefused("push_p(99.9)<1s", plan), "taken") << "how many there will be nobody knows";
  EXPECT_EQ(PlanRefused("p(99.9)@drain<1s", plan), "taken");
  EXPECT_THAT(PlanRefused("connect_p(99)<1s", plan), HasSubstr("takes at least 100 connections, and 10 are planned"));
  EXPECT_THAT(PlanRefused("rate>=101/s", plan), HasSubstr("the plan sends 100/s"));
  EXPECT_THAT(PlanRefused("rate>100/s", plan), HasSubstr("the plan sends 100/s"));
}

TEST(ThresholdList, AClosedLoopHasNoDueTimes) {
  RunPlan plan = SamplePlan();
  plan.model = LoadModel::kClosed;
  plan.mps = 0;
  EXPECT_EQ(PlanRefused("service_p(99.99)<1s,rate>=100000/s,connect_p(90)<1s,success_rate>=99%", plan), "taken");
  for (const char* text : {"p(99)<1s", "avg<1s", "response_max<1s", "lag_p(99)<1s"}) {
    EXPECT_THAT(PlanRefused(text, plan), HasSubstr("with -model=closed nothing has a due time")) << text;
  }
}

TEST(ThresholdValue, ComesFromTheFiguresItNames) {
  RunResult result = PerfectResult();
  Counters& counters = result.totals.counters;
  counters.success = 190;
  counters.timeout = 6;
  counters.refused = 2;
  counters.unsent = 2;
  counters.connections.failed = 1;
  counters.connections.lost = 2;
  const auto value = [&](const char* text) {
    const Threshold threshold = Parsed(text);
    const Histogram* histogram = threshold.IsLatency() ? &(result.totals.*threshold.histogram) : nullptr;
    const auto found =
        ValueOf(threshold, {.counters = counters, .histogram = histogram, .measured_s = 2, .agents_lost = 3});
    return found.has_value() ? ValueText(threshold, *found) : "not measured";
  };
  EXPECT_EQ(value("p(99)<1s"), "20.1 ms");
  EXPECT_EQ(value("lag_p(99)<1s"), "0.10 ms");
  EXPECT_EQ(value("connect_avg<1s"), "1.50 ms");
  EXPECT_EQ(value("push_max<1s"), "not measured");
  EXPECT_EQ(value("success_rate>=1%"), "95.00 %");
  EXPECT_EQ(value("rate>=1/s"), "99.0/s");
  EXPECT_EQ(value("failed<1"), "8");
  EXPECT_EQ(value("failed:timeout<1"), "6");
  EXPECT_EQ(value("failed<1%"), "4.00 %");
  EXPECT_EQ(value("unsent<1"), "2");
  EXPECT_EQ(value("connections_failed<1"), "1");
  EXPECT_EQ(value("connections_lost<1%"), "20.00 %");
  EXPECT_EQ(value("agents_lost<1"), "3");
  counters = {};
  for (const char* text : {"success_rate>=1%", "failed<1", "unsent<1", "connections_failed<1", "connections_lost<1"}) {
    EXPECT_EQ(value(text), "not measured") << text;
  }
}

TEST(ThresholdValue, NeverReadsAsIfItWereKept) {
  EXPECT_EQ(ValueText(Parsed("p(99)<200ms"), 589'311), "589 ms");
  EXPECT_EQ(ValueText(Parsed("p(99)<200ms"), 200'040), "200 ms");
  EXPECT_EQ(ValueText(Parsed("p(99)<=200ms"), 200'040), "200.04 ms");
  EXPECT_EQ(ValueText(Parsed("p(99)<200ms"), 199'990), "199.99 ms");
  EXPECT_EQ(ValueText(Parsed("success_rate>=99%"), 0.98999), "98.99 %");
  EXPECT_EQ(ValueText(Parsed("rate>=800/s"), 799.996), "799.996/s");
  EXPECT_EQ(BoundText(Parsed("p(99)<200ms")), "< 200 ms");
}

}  // namespace
}  // namespace wsload
