#include "common/util/share_text.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

TEST(SharePercent, IsCutOffAndNeverRoundedUp) {
  EXPECT_EQ(SharePercent(0.5, 2), "50.00");
  EXPECT_EQ(SharePercent(0.98996, 2), "98.99");
  EXPECT_EQ(SharePercent(0.975, 0), "97");
  EXPECT_EQ(SharePercent(1.0 / 3, 1), "33.3");
}

TEST(SharePercent, WhatCannotBeWrittenInBinaryIsNotCutOff) {
  for (int hundredths = 1; hundredths < 100; ++hundredths) {
    EXPECT_EQ(SharePercent(hundredths / 100.0, 0), std::to_string(hundredths));
    EXPECT_EQ(SharePercent(hundredths / 100.0, 2), std::to_string(hundredths) + ".00");
  }
  EXPECT_EQ(SharePercent(0.002, 1), "0.2");
  EXPECT_EQ(SharePercent(0.29, 2), "29.00");
}

TEST(SharePercent, AHundredIsAllAndNoneIsZero) {
  EXPECT_EQ(SharePercent(1, 2), "100.00");
  EXPECT_EQ(SharePercent(0, 2), "0.00");
  EXPECT_EQ(SharePercent(39'999.0 / 40'000, 2), "99.997");
  EXPECT_EQ(SharePercent(9'999'999.0 / 10'000'000, 2), "99.99999");
  EXPECT_EQ(SharePercent(9'999.0 / 10'000, 2), "99.99");
  EXPECT_EQ(SharePercent(0.997, 0), "99.7");
  EXPECT_EQ(SharePercent(1.0 / 40'000, 2), "0.002");
  EXPECT_EQ(SharePercent(0.004, 0), "0.4");
  for (int64_t whole = 2; whole < 1'000'000'000'000; whole = whole * 3 + 1) {
    for (int digits = 0; digits < 4; ++digits) {
      const std::string most = SharePercent(static_cast<double>(whole - 1) / static_cast<double>(whole), digits);
      const std::string least = SharePercent(1.0 / static_cast<double>(whole), digits);
      EXPECT_LT(std::stod(most), 100) << whole;
      EXPECT_GT(std::stod(least), 0) << whole;
    }
  }
}

TEST(SharePercent, MoreThanAWholeStandsAsItIs) {
  EXPECT_EQ(SharePercent(1.5, 0), "150");
  EXPECT_EQ(SharePercent(-1, 0), "0");
}

}  // namespace
}  // namespace wsload
