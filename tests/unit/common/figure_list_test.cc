#include "common/stats/figure_list.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "wsload/v1/stats.pb.h"

namespace wsload {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// The fields of `message` that a row of `table` names; each must be there once.
template <typename Table>
std::set<std::string> FieldsOf(const Descriptor* message, const Table& table, FieldDescriptor::CppType type) {
  std::set<std::string> names;
  for (const auto& row : table) {
    if (row.field == nullptr) continue;
    EXPECT_TRUE(names.insert(row.name.member).second) << row.name.member << " twice";
    const FieldDescriptor* field = message->FindFieldByName(row.name.member);
    EXPECT_NE(field, nullptr) << message->full_name() << " has no field " << row.name.member;
    if (field == nullptr) continue;
    EXPECT_EQ(field->cpp_type(), type) << field->full_name();
    EXPECT_FALSE(field->is_repeated()) << field->full_name();
  }
  return names;
}

std::set<std::string> FieldsOf(const Descriptor* message) {
  std::set<std::string> names;
  for (int i = 0; i < message->field_count(); ++i) names.insert(message->field(i)->name());
  return names;
}

TEST(FigureList, TheWireHasAFieldForEveryRowAndNoOther) {
  std::set<std::string> counters = FieldsOf(v1::Counters::descriptor(), kCounters, FieldDescriptor::CPPTYPE_INT64);
  counters.insert("connections");
  EXPECT_EQ(counters, FieldsOf(v1::Counters::descriptor()));

  std::set<std::string> connections =
      FieldsOf(v1::ConnectionCounters::descriptor(), kConnectionCounters, FieldDescriptor::CPPTYPE_INT64);
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    if (row.causes == nullptr) continue;
    connections.insert(row.causes_name);
    const FieldDescriptor* field = v1::ConnectionCounters::descriptor()->FindFieldByName(row.causes_name);
    ASSERT_NE(field, nullptr) << row.causes_name;
    EXPECT_TRUE(field->is_map()) << row.causes_name;
    if (row.examples != nullptr) connections.insert(row.examples_name);
  }
  EXPECT_EQ(connections, FieldsOf(v1::ConnectionCounters::descriptor()));

  std::set<std::string> histograms = FieldsOf(v1::Stats::descriptor(), kHistograms, FieldDescriptor::CPPTYPE_MESSAGE);
  for (const std::string& name : histograms) {
    EXPECT_EQ(v1::Stats::descriptor()->FindFieldByName(name)->message_type(), v1::Histogram::descriptor()) << name;
  }
  histograms.insert("counters");
  EXPECT_EQ(histograms, FieldsOf(v1::Stats::descriptor()));

  EXPECT_EQ(FieldsOf(v1::WorkerLoad::descriptor(), kWorkerFigures, FieldDescriptor::CPPTYPE_INT64),
            FieldsOf(v1::WorkerLoad::descriptor()));
}

/// What is public about a row.
template <typename Table>
void ExpectReadable(const Table& table) {
  const std::regex name("[a-z][a-z0-9_]*");
  std::set<std::string> names;
  for (const auto& row : table) {
    EXPECT_TRUE(names.insert(row.name.shown).second) << row.name.shown << " twice";
    EXPECT_TRUE(std::regex_match(row.name.shown, name)) << row.name.shown;
    EXPECT_TRUE(std::regex_match(row.name.member, name)) << row.name.member;
    const std::string help = row.help;
    EXPECT_TRUE(help.ends_with('.') && help.find('\n') == std::string::npos) << row.name.shown << ": " << help;
  }
}

TEST(FigureList, EveryRowHasItsNameAndASentence) {
  ExpectReadable(kCounters);
  ExpectReadable(kConnectionCounters);
  ExpectReadable(kHistograms);
  ExpectReadable(kWorkerFigures);
}

TEST(FigureList, UnitsAreKnown) {
  const std::set<std::string> units = {"messages", "frames", "connections", "bytes", "times", "us", "pushes", "posts"};
  for (const CounterInfo& row : kCounters) EXPECT_TRUE(units.contains(row.unit)) << row.name.shown;
  for (const ConnectionCounterInfo& row : kConnectionCounters) EXPECT_EQ(row.unit, std::string("connections"));
  for (const WorkerFigureInfo& row : kWorkerFigures) {
    EXPECT_TRUE(units.contains(row.unit)) << row.name.shown;
    // What is a time says so in its name, and nothing else does.
    const std::string words = "_" + std::string(row.name.shown) + "_";
    EXPECT_EQ(words.find("_us_") != std::string::npos, row.unit == std::string("us")) << row.name.shown;
  }
}

TEST(FigureList, MetricNamesAreThoseOfPrometheus) {
  // https://prometheus.io/docs/concepts/data_model and /practices/naming.
  const std::regex counter("wsload_[a-z0-9_]+_total");
  const std::regex histogram("wsload_[a-z0-9_]+_seconds");
  std::set<std::string> samples;
  const auto expect_one = [&samples](const MetricName& metric) {
    const std::string cause = metric.cause == nullptr ? "" : metric.cause;
    EXPECT_TRUE(samples.insert(metric.family + ("/" + cause)).second) << metric.family << " " << cause << " twice";
  };
  for (const CounterInfo& row : kCounters) {
    EXPECT_TRUE(std::regex_match(row.metric.family, counter)) << row.metric.family;
    expect_one(row.metric);
  }
  for (const ConnectionCounterInfo& row : kConnectionCounters) {
    EXPECT_TRUE(std::regex_match(row.metric.family, counter)) << row.metric.family;
    EXPECT_EQ(row.metric.cause, nullptr) << "causes are counted at run time";
    expect_one(row.metric);
  }
  for (const HistogramInfo& row : kHistograms) {
    EXPECT_TRUE(std::regex_match(row.metric.family, histogram)) << row.metric.family;
    expect_one(row.metric);
  }
}

// The help of a family is that of its first row.
TEST(FigureList, ASumStandsBeforeItsCausesAndIsTheirSum) {
  std::set<std::string> sums;
  Counters counters;
  int64_t failures = 0;
  for (const CounterInfo& row : kCounters) {
    EXPECT_NE(row.counted(), row.sum != nullptr) << row.name.shown;
    if (!row.counted()) sums.insert(row.metric.family);
    EXPECT_EQ(row.metric.cause != nullptr, row.counted() && sums.contains(row.metric.family)) << row.name.shown;
    EXPECT_EQ(row.metric.cause != nullptr, row.group == CounterInfo::Group::kFailures) << row.name.shown;
    if (row.group == CounterInfo::Group::kFailures) counters.*row.field = ++failures;
  }
  EXPECT_EQ(counters.failed(), failures * (failures + 1) / 2);
}

TEST(FigureList, AHistogramIsFoundByItsMember) {
  for (size_t i = 0; i < kHistograms.size(); ++i) EXPECT_EQ(IndexOf(kHistograms[i].field), i);
}

}  // namespace
}  // namespace wsload
