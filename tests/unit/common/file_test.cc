#include "common/util/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "common/security/secret_file.h"
#include "common/util/status.h"

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
  EXPECT_EQ(Text(ReadSmallFile(path_, 9'999).status()), "is over 9999 bytes");
}

TEST_F(FileTest, SaysWhyItCannotRead) {
  EXPECT_EQ(Text(ReadSmallFile(path_, 10).status()), "cannot be read: No such file or directory");
  EXPECT_EQ(Text(ReadSmallFile(testing::TempDir(), 10).status()), "cannot be read: Is a directory");
}

TEST_F(FileTest, WritesAllOfIt) {
  const std::string content(300'000, 'x');
  const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(descriptor, 0);
  EXPECT_EQ(WriteFully(descriptor, content), 0);
  EXPECT_EQ(WriteFully(descriptor, ""), 0);
  ::close(descriptor);
  EXPECT_EQ(*ReadSmallFile(path_, 400'000), content);
}

TEST_F(FileTest, SaysWhyItCannotWrite) {
  Write("");
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  EXPECT_EQ(WriteFully(descriptor, "x"), EBADF);
  ::close(descriptor);
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
