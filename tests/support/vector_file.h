// Texts that others read, held by files in tests/vectors.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "common/util/file.h"

namespace wsload {

/// Expects `text` to be what stands in tests/vectors/`name`. With WSLOAD_UPDATE_VECTORS set, writes it there instead: a
/// change of what others read is then seen in the diff.
inline void ExpectVectorFile(const std::string& name, const std::string& text) {
  const std::string path = std::string(WSLOAD_TEST_VECTORS) + "/" + name;
  if (std::getenv("WSLOAD_UPDATE_VECTORS") != nullptr) {
    ASSERT_TRUE(WriteFile(path, text).ok()) << path;
    return;
  }
  const auto expected = ReadSmallFile(path, 1 << 20);
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_EQ(text, *expected) << "WSLOAD_UPDATE_VECTORS=1 writes the file anew";
}

}  // namespace wsload
