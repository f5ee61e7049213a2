#include "common/util/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/util/text.h"

namespace wsload {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Redact, UrlsAsTyped) {
  EXPECT_EQ(RedactUrl("ws://user:password@gw:9002/ws?api_key=secret&room=7"),
            "ws://(redacted)@gw:9002/ws?api_key=(redacted)&room=(redacted)");
  EXPECT_EQ(RedactUrl("ws://h/ws?a=&b&c=x=y#d"), "ws://h/ws?a=&(redacted)&c=(redacted)#(redacted)");
  EXPECT_EQ(RedactUrl("ws://h/@user/x?mail=a@b"), "ws://h/@user/x?mail=(redacted)") << "no user part";
  EXPECT_EQ(RedactUrl("ws://localhost:9002/ws"), "ws://localhost:9002/ws");
  EXPECT_EQ(RedactUrl("nonsense"), "nonsense");
  EXPECT_EQ(RedactUrl("ws://[::1]:9002/ws"), "ws://[::1]:9002/ws");
  EXPECT_EQ(RedactUrl(""), "");
}

TEST(Redact, NeverShowsAPasswordOfAUrlThatIsWrong) {
  for (const char* url : {"ws://user:s3cret@gw:x/",
                          "ws://user:s3cret/more@gw/",
                          "ws://user:s3cret?more@gw/",
                          "ws://user:s3cret#more@gw/",
                          "wss:/user:s3cret@gw/",
                          "user:s3cret@gw:9002",
                          "http://user:s3cret@gw/",
                          "ws://user:s3cret@gw/a b",
                          "ws://s3cret@gw/#x",
                          "ws://gw/ws?token=s3cret more",
                          "ws://gw/ws?a=1&access_token=s3cret#",
                          "ws://gw/ws?s3cret",
                          "ws://gw/#s3cret",
                          "ws://gw/ws?pass=s3cret",
                          "ws://gw/ws?a=1&pwd=s3cret",
                          "ws://gw/ws?x=1#ticket=s3cret",
                          "/ws?anything=s3cret",
                          "ws://a@b:s3cret@gw",
                          "ws://user:s3 cret@gw/",
                          "-server=ws://user:s3cret@gw/ x",
                          "ws:user:s3cret@gw"}) {
    EXPECT_THAT(Shown(url), Not(HasSubstr("s3"))) << url;
  }
}

TEST(Redact, UrlsInLines) {
  EXPECT_EQ(RedactText("-server=ws://me:pw@h/x: want ws://, for example ws://localhost:9002/ws"),
            "-server=ws://(redacted)@h/x: want ws://, for example ws://localhost:9002/ws");
  EXPECT_EQ(RedactText("see \"https://a/?token=abc\", or mail a@b"),
            "see \"https://a/?token=(redacted)\", or mail a@b");
  EXPECT_EQ(RedactText("-agents=h1:7400,h2:7400"), "-agents=h1:7400,h2:7400");
  EXPECT_EQ(RedactText("Authorization: Bearer abcdefghijkl.mnop"), "Authorization: Bearer (redacted)");
  EXPECT_EQ(RedactText("bad token eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOjF9.c2ln!"), "bad token (redacted)!");
  EXPECT_EQ(RedactText(RedactText("ws://u:p@h/?token=x: bad")), "ws://(redacted)@h/?token=(redacted): bad");
  EXPECT_EQ(RedactText("is it ws://gw/ws? And is -insecure=true set? Or ws://gw/?"),
            "is it ws://gw/ws? And is -insecure=true set? Or ws://gw/?");
  EXPECT_EQ(Shown("is it ws://gw/ws? And is -insecure=true set?"), "is it ws://gw/ws? And is -insecure=true set?");
  EXPECT_EQ(RedactText("no /ws?v=1&pwd=x, sorry"), "no /ws?v=(redacted)&pwd=(redacted), sorry");
  EXPECT_EQ(RedactText("nothing to hide: a=b, 50 %"), "nothing to hide: a=b, 50 %");
}

TEST(Redact, TakesAnyText) {
  std::string hostile;
  for (int i = 0; i < 3000; ++i) hostile += "://a:b@?token=&";
  EXPECT_FALSE(RedactText(hostile).empty());
  EXPECT_FALSE(Shown(hostile).empty());
}

}  // namespace
}  // namespace wsload
