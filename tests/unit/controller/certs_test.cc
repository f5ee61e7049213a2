// What `wsload certs` makes, and what the readers of such files refuse. How they fare in handshakes is the integration
// tests' matter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "common/security/tls_identity.h"
#include "common/util/status.h"
#include "controller/certs/certificate_set.h"
#include "controller/commands/certs_command.h"
#include "tests/support/chinese_lines.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CertsTest : public ::testing::Test {
 protected:
  CertsTest() { std::filesystem::remove_all(directory_); }
  ~CertsTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  std::string Content(const std::string& name) const {
    std::ifstream file(Path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string Write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(directory_);
    std::ofstream(Path(name)) << content;
    return Path(name);
  }
  struct Outcome {
    int exit_code;
    std::string out;
    std::string err;
  };
  Outcome Run(const std::vector<std::string>& args) const {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int exit_code = CertsCommand(args, {});
    return {exit_code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  const std::string directory_ =
      testing::TempDir() + "certs-" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(CertsTest, WritesFilesThatTheReadersTakeAndOnlyTheirOwnerReads) {
  const Outcome run = Run({directory_, "-hosts=load1,10.0.0.7"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(ReadTrustedCertificates("tls-ca", Path("ca.pem")).ok());
  for (const std::string who : {"agent", "controller"}) {
    const auto identity = ReadTlsIdentity(Path(who + ".pem"), Path(who + "-key.pem"));
    EXPECT_TRUE(identity.ok()) << identity.status();
  }
  for (const char* key : {"ca-key.pem", "agent-key.pem", "controller-key.pem"}) {
    struct stat status {};
    ASSERT_EQ(stat(Path(key).c_str(), &status), 0) << key;
    EXPECT_EQ(status.st_mode & 0777, 0600) << key;
  }
  for (const char* shown : {"-tls-client-ca=ca.pem", "-agents=load1:7400", "-listen=0.0.0.0:7400"}) {
    EXPECT_THAT(run.out, HasSubstr(shown));
  }
  EXPECT_THAT(run.out, HasSubstr("-tls-key=" + Path("controller-key.pem")));
}

TEST_F(CertsTest, ReplacesNothingUnlessForced) {
  ASSERT_EQ(Run({directory_}).exit_code, 0);
  const std::string before = Content("ca.pem");
  const Outcome again = Run({directory_});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("-force"));
  EXPECT_EQ(Content("ca.pem"), before);
  EXPECT_EQ(Run({directory_, "-force"}).exit_code, 0);
  EXPECT_NE(Content("ca.pem"), before);
  EXPECT_TRUE(ReadTlsIdentity(Path("agent.pem"), Path("agent-key.pem")).ok());
}

TEST_F(CertsTest, WrongFlagsAreOneLineAndWriteNothing) {
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {directory_, "more"},
                                                       {directory_, "-days=0"},
                                                       {directory_, "-hosts=a:1"},
                                                       {directory_, "-hosts=*.x"},
                                                       {directory_, "-hosts=a,,b"},
                                                       {directory_, "-hosts=x DNS:y"},
                                                       {directory_, "-host=a"}};
  for (const auto& args : wrong) {
    const Outcome run = Run(args);
    EXPECT_EQ(run.exit_code, 104);
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_FALSE(std::filesystem::exists(directory_));
  }
}

TEST_F(CertsTest, ADirectoryThatCannotBeIsOneLine) {
  const Outcome run = Run({"/proc/no/such/place"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot write /proc/no/such/place"));
}

TEST_F(CertsTest, ReadersNameFlagFileAndMend) {
  const auto made = MakeCertificateSet({}, 1'700'000'000, 30);
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string cert = Write("cert.pem", made->agent.cert_pem);
  const std::string key = Write("key.pem", made->agent.key_pem);
  const std::string other = Write("other.pem", made->controller.key_pem);
  const std::string junk = Write("junk.pem", "no PEM, but secret7");
  EXPECT_TRUE(ReadTlsIdentity("", "").value().empty());
  EXPECT_TRUE(ReadTlsIdentity(cert, key).ok());
  const std::vector<std::pair<absl::Status, std::string>> cases = {
      {ReadTlsIdentity(cert, "").status(), "add -tls-key"},
      {ReadTlsIdentity("", key).status(), "add -tls-cert"},
      {ReadTlsIdentity(cert, other).status(), "is not the key of -tls-cert=" + cert},
      {ReadTlsIdentity(junk, key).status(), "holds no PEM certificate"},
      {ReadTlsIdentity(cert, junk).status(), "holds no PEM private key"},
      {ReadTlsIdentity(cert, Path("missing")).status(), "-tls-key=" + Path("missing")},
      {ReadTrustedCertificates("tls-client-ca", key).status(), "-tls-client-ca=" + key}};
  for (const auto& [status, part] : cases) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << part;
    EXPECT_THAT(TextInBoth(status), HasSubstr(part));
    EXPECT_THAT(std::string(Text(status)), Not(HasSubstr("secret7")));
  }
}

}  // namespace
}  // namespace wsload
