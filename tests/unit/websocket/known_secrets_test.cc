#include "agent/websocket/known_secrets.h"

#include <gtest/gtest.h>

namespace wsload {
namespace {

KnownSecrets Known(const HeaderList& headers, const std::string& query = {}, const std::string& user = {}) {
  WsUrl url;
  url.query = query;
  url.user_info = user;
  return KnownSecrets(url, headers);
}

TEST(KnownSecretsTest, HidesValuesWhateverTheirNames) {
  const KnownSecrets known = Known({{"X-Colour", "crimson"}}, "shoe=size%2F42&bare-one", "me:p4ss");
  EXPECT_EQ(known.Quoted("crimson and size%2F42, size/42, bare-one; p4ss, bWU6cDRzcw==", 200),
            "(redacted) and (redacted), (redacted), (redacted); (redacted), (redacted)");
  EXPECT_EQ(known.Quoted("no such user", 200), "no such user");
}

TEST(KnownSecretsTest, HidesTheirParts) {
  const KnownSecrets known = Known({{"Authorization", "Scheme abcdefgh"}, {"Cookie", "a=cookie-1; b=\"cookie-2\""}});
  EXPECT_EQ(known.Quoted("got abcdefgh cookie-2 cookie-1 Scheme", 200),
            "got (redacted) (redacted) (redacted) (redacted)");
}

TEST(KnownSecretsTest, HidesWhatIsCutOffAtTheEnd) {
  const KnownSecrets known = Known({{"X", "0123456789abcdef"}});
  EXPECT_EQ(known.Quoted("you sent 0123456789ab", 200), "you sent (redacted)");
  EXPECT_EQ(known.Quoted("you sent 01234", 200), "you sent 01234") << "so few may be anything";
}

TEST(KnownSecretsTest, LeavesNumbersAndWordsThatHappenToHoldAShortOne) {
  const KnownSecrets known = Known({{"X-Version", "1"}, {"X-Pin", "123"}});
  EXPECT_EQ(known.Quoted("HTTP/1.1 refuses 123, not 41234", 200), "HTTP/1.1 refuses (redacted), not 41234");
}

TEST(KnownSecretsTest, TakesAnyText) {
  const KnownSecrets known = Known({{"X", "(redacted)"}, {"Y", "red"}, {"Z", ""}}, "&&=&a=");
  EXPECT_EQ(known.Quoted("red (redacted)", 200), "(redacted) (redacted)");
  EXPECT_EQ(known.Quoted("", 200), "");
  EXPECT_LE(known.Quoted(std::string(1 << 20, 'r'), 40).size(), 43u);
}

}  // namespace
}  // namespace wsload
