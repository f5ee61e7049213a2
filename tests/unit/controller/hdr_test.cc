#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "common/time/clock.h"
#include "common/util/status.h"
#include "controller/hdr/hdr_codec.h"
#include "controller/hdr/interval_log.h"
#include "controller/hdr/percentile_table.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

std::vector<std::pair<int, uint64_t>> Buckets(const Histogram& histogram) {
  std::vector<std::pair<int, uint64_t>> buckets;
  histogram.ForEachBucket([&](int index, int64_t, uint64_t count) { buckets.emplace_back(index, count); });
  return buckets;
}

/// What HdrHistogram's own implementation for JavaScript made of samples: tests/vectors/hdr.json says how.
Json Vectors() {
  std::ifstream file(std::string(WSLOAD_TEST_VECTORS) + "/hdr.json");
  return Json::parse(file);
}

Histogram Recorded(const Json& samples) {
  Histogram histogram;
  for (const Json& sample : samples) histogram.RecordUs(sample[0].get<int64_t>(), sample[1].get<int64_t>());
  return histogram;
}

Histogram RandomHistogram(std::mt19937_64& random, int samples) {
  Histogram histogram;
  std::lognormal_distribution<double> us(8, 2);
  for (int i = 0; i < samples; ++i) histogram.RecordUs(static_cast<int64_t>(us(random)));
  return histogram;
}

TEST(HdrCodec, EveryCountComesBack) {
  std::mt19937_64 random(1);
  for (int samples : {0, 1, 2, 100, 100'000}) {
    const Histogram histogram = RandomHistogram(random, samples);
    const absl::StatusOr<Histogram> decoded = DecodeHdr(EncodeHdr(histogram));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(Buckets(*decoded), Buckets(histogram));
    EXPECT_EQ(decoded->count(), histogram.count());
    for (double percentile : {0.0, 50.0, 99.0, 99.9}) {
      // The largest sample bounds a percentile, and the encoding does not have it.
      EXPECT_GE(decoded->PercentileUs(percentile), histogram.PercentileUs(percentile));
      EXPECT_LE(static_cast<double>(decoded->PercentileUs(percentile)),
                static_cast<double>(histogram.PercentileUs(percentile)) * 1.001 + 1);
    }
    EXPECT_NEAR(decoded->mean_us(), histogram.mean_us(), histogram.mean_us() / 1'000);
  }
}

TEST(HdrCodec, CountsOfAnySizeAndTheEndsOfTheRange) {
  Histogram histogram;
  for (int bits = 0; bits < 45; ++bits) histogram.RecordUs(100 + bits, int64_t{1} << bits);
  histogram.RecordUs(1, 63);
  histogram.RecordUs(2, 64);
  histogram.RecordUs(Histogram::kHighestUs, 3);
  const absl::StatusOr<Histogram> decoded = DecodeHdr(EncodeHdr(histogram));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(Buckets(*decoded), Buckets(histogram));
  EXPECT_EQ(decoded->min_us(), 1);
  EXPECT_EQ(decoded->max_us(), Histogram::kHighestUs);
}

TEST(HdrCodec, ReadsWhatAnotherImplementationWrote) {
  const Json vectors = Vectors();
  ASSERT_GE(vectors["histograms"].size(), 3u);
  for (const Json& vector : vectors["histograms"]) {
    const absl::StatusOr<Histogram> decoded = DecodeHdr(vector["encoded"].get<std::string>());
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    const Histogram recorded = Recorded(vector["samples"]);
    EXPECT_EQ(Buckets(*decoded), Buckets(recorded));
    for (const auto& [percentile, us] : vector["percentiles"].items()) {
      // Ours end where the range does.
      EXPECT_EQ(decoded->PercentileUs(std::stod(percentile)), std::min(us.get<int64_t>(), Histogram::kHighestUs));
    }
  }
}

TEST(HdrCodec, WhatIsNoneIsALine) {
  const auto error = [](std::string_view text) { return std::string(Text(DecodeHdr(text).status())); };
  std::mt19937_64 random(2);
  const std::string good = EncodeHdr(RandomHistogram(random, 1'000));
  EXPECT_EQ(error("*"), "no base64");
  EXPECT_EQ(error(""), "no histogram in the compressed V2 encoding");
  EXPECT_EQ(error("AAAA"), "no histogram in the compressed V2 encoding");
  EXPECT_EQ(error(good.substr(0, good.size() / 8 * 4)), "it is cut short");
  std::string broken = good;
  for (size_t i = 16; i < 40; ++i) broken[i] = 'A';
  EXPECT_EQ(error(broken), "it does not inflate");
  EXPECT_EQ(error(Vectors()["two_digits"].get<std::string>()), "another geometry: want 3 significant digits from 1 on");
}

// Whatever stands there, it is a histogram or a line.
TEST(HdrCodec, TakesAnyBytes) {
  std::mt19937_64 random(3);
  const std::string good = EncodeHdr(RandomHistogram(random, 300));
  for (int i = 0; i < 2'000; ++i) {
    std::string text = good;
    text[random() % text.size()] = "ABCDEFabcdef+/="[random() % 15];
    (void)DecodeHdr(text);
  }
}

std::string SmallLog() {
  IntervalLogWriter writer(1'700'000'000'123 * kNsPerMs);
  Histogram response;
  Histogram service;
  response.RecordUs(20'100, 3);
  service.RecordUs(20'000, 3);
  std::string text = writer.Head() + writer.Lines({.start_s = 1, .length_s = 1}, response, service);
  response.RecordUs(77'777);
  return text + writer.Lines({.start_s = 2, .length_s = 0.5}, response, Histogram());
}

TEST(IntervalLog, IsReadAsItWasWritten) {
  const std::string text = SmallLog();
  EXPECT_THAT(text, StartsWith("#[Histogram log format version 1.3]\n"
                               "#[StartTime: 1700000000.123 (seconds since epoch), 2023-11-14T22:13:20Z]\n"
                               "#[BaseTime: 1700000000.123 (seconds since epoch)]\n"));
  EXPECT_THAT(text, HasSubstr("\nTag=response,1.000,1.000,20.100,HISTFAAAA"));
  const absl::StatusOr<IntervalLog> log = ReadIntervalLog(text);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(log->base_unix_ns, 1'700'000'000'123 * kNsPerMs);
  ASSERT_EQ(log->intervals.size(), 2u);
  EXPECT_EQ(log->intervals[0].span.start_s, 1);
  EXPECT_EQ(log->intervals[0].response.count(), 3);
  EXPECT_EQ(log->intervals[0].service.PercentileUs(50), 20'000);
  EXPECT_EQ(log->intervals[1].span.length_s, 0.5);
  EXPECT_EQ(log->intervals[1].response.max_us(), 77'777) << "exact";
  EXPECT_EQ(log->intervals[1].service.count(), 0);
}

TEST(IntervalLog, WhatCameTooLateIsInTheLastLines) {
  IntervalLogWriter writer(0);
  Histogram early;
  early.RecordUs(1'000, 5);
  std::string text = writer.Head() + writer.Lines({.start_s = 3, .length_s = 1}, early, early);
  Histogram whole = early;
  whole.RecordUs(1'000, 2);
  whole.RecordUs(5'000, 1);
  text += writer.Rest(whole, early);
  EXPECT_EQ(writer.Rest(whole, early), "") << "nothing is missing any more";
  const absl::StatusOr<IntervalLog> log = ReadIntervalLog(text);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(log->intervals.size(), 1u) << "they have the time of an interval";
  EXPECT_EQ(Buckets(log->intervals[0].response), Buckets(whole));
  EXPECT_EQ(Buckets(log->intervals[0].service), Buckets(early));
}

TEST(IntervalLog, AKilledRunsLastLineIsLeftOutAndAWrongOneIsNamed) {
  const std::string text = SmallLog();
  const absl::StatusOr<IntervalLog> cut = ReadIntervalLog(text.substr(0, text.size() - 10));
  ASSERT_TRUE(cut.ok());
  EXPECT_EQ(cut->intervals.size(), 1u);
  const auto error = [&](std::string_view more) {
    return std::string(Text(ReadIntervalLog(text + std::string(more)).status()));
  };
  EXPECT_EQ(error("Tag=response,x,1.0,1.0,HISTF\n"), "line 9: \"x\" is no number");
  EXPECT_EQ(error("Tag=response,1,1.0,1.0,HISTF\n"), "line 9: no base64");
  EXPECT_EQ(error("Tag=other,1,1.0,1.0,HISTF\n0,1,2,HISTF\n\r\n"), "") << "others' lines";
}

TEST(IntervalLog, ReadsWhatAnotherImplementationWrote) {
  const Json vectors = Vectors();
  const absl::StatusOr<IntervalLog> log = ReadIntervalLog(vectors["log"].get<std::string>());
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ(log->intervals.size(), 2u);
  EXPECT_EQ(Buckets(log->intervals[0].response), Buckets(Recorded(vectors["histograms"][0]["samples"])));
  EXPECT_EQ(Buckets(log->intervals[1].response), Buckets(Recorded(vectors["histograms"][1]["samples"])));
}

TEST(PercentileTable, IsTheOneThatAnotherImplementationPrints) {
  for (const Json& vector : Vectors()["histograms"]) {
    const std::string table = PercentileTable(Recorded(vector["samples"]));
    const std::string theirs = vector["table"];
    // The foot has the mean, which theirs takes from the buckets' middles.
    EXPECT_EQ(table.substr(0, table.find('#')), theirs.substr(0, theirs.find('#')));
  }
}

TEST(PercentileTable, OfNothingIsAHeadAndAFoot) {
  EXPECT_EQ(PercentileTable(Histogram()),
            "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
            "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
            "#[Max     =        0.000, Total count    =            0]\n"
            "#[Buckets =           22, SubBuckets     =         2048]\n");
}

}  // namespace
}  // namespace wsload
