#include "common/util/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/security/secret_file.h"
#include "common/util/status.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

class FileTest : public testing::Test {
 protected:
  FileTest() : path_(testing::TempDir() + "wsload_file_test." + std::to_string(::getpid())) {}
  ~FileTest() override { std::filesystem::remove(path_); }

  void Write(const std::string& content) { std::ofstream(path_, std::ios::binary) << content; }
  std::string ErrorOfSecret() { return std::string(Text(ReadSecretFile("jwt-key-file", path_).status())); }

  const std::string path_;
};

TEST_F(FileTest, ReadsUpToTheLimit) {
  const std::string content(10'000, '\0');
  Write(content);
  EXPECT_EQ(*ReadSmallFile(path_, 10'000), content);
  EXPECT_EQ(TextInBoth(ReadSmallFile(path_, 9'999).status()), "is over 9999 bytes");
}

TEST_F(FileTest, SaysWhyItCannotRead) {
  EXPECT_EQ(TextInBoth(ReadSmallFile(path_, 10).status()), "cannot be read: No such file or directory");
  EXPECT_EQ(TextInBoth(ReadSmallFile(testing::TempDir(), 10).status()), "cannot be read: Is a directory");
}

TEST_F(FileTest, WritesWholeFilesWithTheirRights) {
  Write("old, and longer");
  ASSERT_TRUE(WriteFile(path_, "new", 0600).ok());
  EXPECT_EQ(*ReadSmallFile(path_, 10), "new");
  EXPECT_EQ(std::filesystem::status(path_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
      << "not those of the file before";
  const std::string large(5'000'000, 'x');
  ASSERT_TRUE(WriteFile(path_, large).ok());
  EXPECT_EQ(*ReadSmallFile(path_, large.size()), large);
}

TEST_F(FileTest, AFailedWriteLeavesWhatWasThere) {
  const std::string partial = path_ + "." + std::to_string(::getpid()) + ".tmp";
  EXPECT_EQ(Text(WriteFile("/nonexistent/file", "x")), "No such file or directory");
  std::filesystem::create_directories(path_ + "/occupied");
  EXPECT_EQ(Text(WriteFile(path_, "x")), "Is a directory");
  EXPECT_TRUE(std::filesystem::is_directory(path_ + "/occupied"));
  EXPECT_FALSE(std::filesystem::exists(partial));
  std::filesystem::remove_all(path_);
}

TEST_F(FileTest, WhatLiesWhereItWritesIsNotFollowed) {
  const std::string partial = path_ + "." + std::to_string(::getpid()) + ".tmp";
  const std::string victim = path_ + ".victim";
  ASSERT_TRUE(WriteFile(victim, "untouched").ok());
  std::filesystem::create_symlink(victim, partial);
  ASSERT_TRUE(WriteFile(path_, "mine").ok());
  EXPECT_EQ(*ReadSmallFile(victim, 100), "untouched");
  EXPECT_EQ(*ReadSmallFile(path_, 100), "mine");
  std::filesystem::remove(victim);
}

TEST_F(FileTest, SecretLosesOneTrailingNewline) {
  Write("s3cret\n");
  EXPECT_EQ(*ReadSecretFile("jwt-key-file", path_), "s3cret");
  Write("s3cret\r\n");
  EXPECT_EQ(*ReadSecretFile("jwt-key-file", path_), "s3cret");
  Write("two\nlines\n\n");
  EXPECT_EQ(*ReadSecretFile("jwt-key-file", path_), "two\nlines\n");
  Write("binary \r");
  EXPECT_EQ(*ReadSecretFile("jwt-key-file", path_), "binary \r");
}

TEST_F(FileTest, SecretErrorsNameTheFlagAndTheFileNotTheContent) {
  EXPECT_EQ(ErrorOfSecret(), "-jwt-key-file=" + path_ +
                                 ": cannot be read: No such file or directory; give a readable file with the secret "
                                 "on one line");
  Write("\n");
  EXPECT_EQ(ErrorOfSecret(), "-jwt-key-file=" + path_ + ": is empty; give a readable file with the secret on one line");
  Write("");
  EXPECT_NE(ErrorOfSecret().find("is empty"), std::string::npos);
  Write(std::string(64 * 1024 + 1, 'k'));
  EXPECT_NE(ErrorOfSecret().find("is over 65536 bytes"), std::string::npos);
  EXPECT_EQ(ErrorOfSecret().find("kkk"), std::string::npos);
  EXPECT_EQ(Text(ReadSecretFile("--token-file", "/nonexistent").status()).substr(0, 25), "-token-file=/nonexistent:");
}

}  // namespace
}  // namespace wsload
