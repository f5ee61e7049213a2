#include "agent/websocket/frame_processor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "agent/websocket/connection.h"
#include "tests/support/ws_frames.h"

namespace wsload {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr size_t kMaxMessage = 1 << 20;
const DeflateParams kNoDeflate;
const DeflateParams kDeflate{.enabled = true};

std::string Bytes(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

/// What came out, one line each: "text Hello", "binary ...", "control 9 ...".
class Recorder final : public FrameEvents {
 public:
  Feeding OnData(std::string_view payload, bool binary) override {
    // The padding is there to be read: under AddressSanitizer this is the check.
    volatile char past_the_end = 0;
    for (size_t i = 0; i < Connection::kReadPadding; ++i) past_the_end = payload.data()[payload.size() + i];
    static_cast<void>(past_the_end);
    lines.push_back((binary ? "binary " : "text ") + std::string(payload));
    return Next();
  }
  Feeding OnControl(Opcode opcode, std::string_view payload) override {
    lines.push_back("control " + std::to_string(static_cast<int>(opcode)) + " " + std::string(payload));
    return Next();
  }

  Feeding OnPart(size_t bytes) override {
    largest_part = std::max(largest_part, bytes);
    return Next();
  }

  std::vector<std::string> lines;
  size_t stop_after = 1'000'000;
  bool always_later = false;
  size_t largest_part = 0;

 private:
  Feeding Next() const {
    if (lines.size() >= stop_after) return Feeding::kEnd;
    return always_later ? Feeding::kLater : Feeding::kGoOn;
  }
};

/// Feeds a stream in pieces, each in a buffer of its own that ends where the padding does.
class Feeder {
 public:
  explicit Feeder(const DeflateParams& deflate, size_t max_message_bytes = kMaxMessage,
                  std::shared_ptr<MemoryBudget> budget = nullptr)
      : context(std::move(budget)), processor(context, max_message_bytes, deflate) {}

  std::optional<FrameError> Feed(std::string_view piece) {
    const auto buffer = std::make_unique<uint8_t[]>(piece.size() + Connection::kReadPadding);
    std::memcpy(buffer.get(), piece.data(), piece.size());
    std::span<const uint8_t> rest(buffer.get(), piece.size());
    do {
      if (std::optional<FrameError> error = processor.Feed(rest, recorder)) return error;
      ++feeds;
    } while (recorder.always_later && !rest.empty());
    return std::nullopt;
  }

  FrameContext context;
  FrameProcessor processor;
  Recorder recorder;
  int feeds = 0;
};

std::vector<std::string> Messages(std::string_view stream, const DeflateParams& deflate = kNoDeflate) {
  Feeder feeder(deflate);
  EXPECT_FALSE(feeder.Feed(stream).has_value());
  return feeder.recorder.lines;
}

std::string ErrorCause(std::string_view stream, const DeflateParams& deflate = kNoDeflate, uint16_t* code = nullptr) {
  // However the bytes are split, the verdict must be the same.
  std::string cause;
  for (size_t split = 0; split <= stream.size(); ++split) {
    Feeder feeder(deflate);
    std::optional<FrameError> error = feeder.Feed(stream.substr(0, split));
    if (!error) error = feeder.Feed(stream.substr(split));
    const std::string found = error ? error->cause : "none";
    if (split > 0) {
      EXPECT_EQ(found, cause) << "split at " << split;
    }
    cause = found;
    if (code != nullptr && error) *code = error->close_code;
  }
  return cause;
}

std::string Pattern(size_t size) {
  std::string out(size, '\0');
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 7 + i / 251);
  return out;
}

// RFC 6455 section 5.7.
TEST(FrameProcessorTest, ReadsTheExamplesOfRfc6455) {
  EXPECT_THAT(Messages(Bytes({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f})), ElementsAre("text Hello"));
  EXPECT_THAT(Messages(Bytes({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f})), ElementsAre("text Hello"));
  EXPECT_THAT(Messages(Bytes({0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f})), ElementsAre("control 9 Hello"));
  const std::string kb = Pattern(256);
  EXPECT_THAT(Messages(Bytes({0x82, 0x7e, 0x01, 0x00}) + kb), ElementsAre("binary " + kb));
  const std::string large = Pattern(65536);
  EXPECT_THAT(Messages(Bytes({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}) + large), ElementsAre("binary " + large));
}

// RFC 7692 section 7.2.3.
TEST(FrameProcessorTest, ReadsTheExamplesOfRfc7692) {
  const std::string hello = Bytes({0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  EXPECT_THAT(Messages(hello, kDeflate), ElementsAre("text Hello"));
  EXPECT_THAT(Messages(Bytes({0x41, 0x03, 0xf2, 0x48, 0xcd, 0x80, 0x04, 0xc9, 0xc9, 0x07, 0x00}), kDeflate),
              ElementsAre("text Hello"));
  const std::string again = Bytes({0xc1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00});
  EXPECT_THAT(Messages(hello + again, kDeflate), ElementsAre("text Hello", "text Hello"));
  EXPECT_THAT(Messages(Bytes({0xc1, 0x0b, 0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}), kDeflate),
              ElementsAre("text Hello"));
  const std::string final_block = Bytes({0xc1, 0x08, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00});
  EXPECT_THAT(Messages(final_block, kDeflate), ElementsAre("text Hello"));
  EXPECT_THAT(Messages(final_block + again, kDeflate), ElementsAre("text Hello", "text Hello"))
      << "the window survives a final block";
  EXPECT_THAT(
      Messages(Bytes({0xc1, 0x0d, 0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}),
               kDeflate),
      ElementsAre("text Hello"));
}

TEST(FrameProcessorTest, WithoutContextTakeoverEveryMessageStandsAlone) {
  const DeflateParams params{.enabled = true, .server_no_context_takeover = true};
  const std::string hello = Bytes({0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  EXPECT_THAT(Messages(hello + hello, params), ElementsAre("text Hello", "text Hello"));
  EXPECT_EQ(ErrorCause(hello + Bytes({0xc1, 0x05, 0xf2, 0x00, 0x11, 0x00, 0x00}), params), "bad_compression")
      << "a reference to the message before";
}

std::string MixedStream(bool compressed) {
  std::string stream = ServerFrame(2, "") + ServerFrame(1, "h\xc3\xa9llo") + ServerFrame(9, "ping") +
                       ServerFrame(2, Pattern(125)) + ServerFrame(2, Pattern(126)) + ServerFrame(1, "") +
                       ServerFrame(1, "\xe2\x82", {.fin = false}) + ServerFrame(9, "between") +
                       ServerFrame(0, "\xac and", {.fin = false}) + ServerFrame(10, "") + ServerFrame(0, " more") +
                       ServerFrame(2, Pattern(300), {.fin = false}) + ServerFrame(0, "") + ServerFrame(2, Pattern(7));
  if (compressed) {
    const std::string text = "compressed, compressed, compressed";
    const std::string deflated = DeflateMessage(text);
    stream += ServerFrame(1, deflated, {.rsv1 = true}) + ServerFrame(2, Pattern(9)) +
              ServerFrame(2, deflated.substr(0, 5), {.fin = false, .rsv1 = true}) + ServerFrame(9, "p") +
              ServerFrame(0, deflated.substr(5)) + ServerFrame(2, DeflateMessage(""), {.rsv1 = true});
  }
  return stream + ServerFrame(8, ClosePayloadBytes(1000, "bye"));
}

class SplitTest : public ::testing::TestWithParam<bool> {};

TEST_P(SplitTest, EverySplitGivesTheSameMessages) {
  const std::string stream = MixedStream(GetParam());
  const DeflateParams& params = GetParam() ? kDeflate : kNoDeflate;
  const std::vector<std::string> whole = Messages(stream, params);
  ASSERT_EQ(whole.size(), GetParam() ? 17u : 12u);
  for (size_t first = 0; first < stream.size(); ++first) {
    Feeder feeder(params);
    ASSERT_FALSE(feeder.Feed(stream.substr(0, first)));
    ASSERT_FALSE(feeder.Feed(stream.substr(first)));
    ASSERT_THAT(feeder.recorder.lines, ElementsAreArray(whole)) << "split at " << first;
  }
  for (size_t step = 1; step < 12; ++step) {
    Feeder feeder(params);
    for (size_t at = 0; at < stream.size(); at += step) ASSERT_FALSE(feeder.Feed(stream.substr(at, step)));
    ASSERT_THAT(feeder.recorder.lines, ElementsAreArray(whole)) << "in pieces of " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Deflate, SplitTest, ::testing::Bool());

TEST_P(SplitTest, AMessageAtATimeGivesTheSame) {
  const std::string stream = MixedStream(GetParam());
  const DeflateParams& params = GetParam() ? kDeflate : kNoDeflate;
  Feeder feeder(params);
  feeder.recorder.always_later = true;
  ASSERT_FALSE(feeder.Feed(stream));
  EXPECT_THAT(feeder.recorder.lines, ElementsAreArray(Messages(stream, params)));
  EXPECT_GE(feeder.feeds, static_cast<int>(feeder.recorder.lines.size()));
}

TEST(FrameProcessorTest, SplitsOfALongFrameAtItsEdges) {
  const std::string payload = Pattern(70'000);
  const std::string stream = ServerFrame(2, payload) + ServerFrame(1, "next");
  std::vector<size_t> splits{40'000, 65'536};
  for (size_t i = 1; i < 14; ++i) splits.push_back(i);
  for (size_t i = 0; i < 10; ++i) splits.push_back(stream.size() - i);
  for (const size_t split : splits) {
    Feeder feeder(kNoDeflate);
    ASSERT_FALSE(feeder.Feed(stream.substr(0, split)));
    ASSERT_FALSE(feeder.Feed(stream.substr(split)));
    ASSERT_THAT(feeder.recorder.lines, ElementsAre("binary " + payload, "text next")) << split;
  }
}

TEST(FrameProcessorTest, StopsWhenToldTo) {
  Feeder feeder(kNoDeflate);
  feeder.recorder.stop_after = 2;
  EXPECT_FALSE(feeder.Feed(ServerFrame(2, "a") + ServerFrame(8, "") + ServerFrame(2, "ignored")));
  EXPECT_THAT(feeder.recorder.lines, ElementsAre("binary a", "control 8 "));
}

TEST(FrameProcessorTest, RefusesMalformedFrames) {
  uint16_t code = 0;
  EXPECT_EQ(ErrorCause(Bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}), kNoDeflate, &code),
            "protocol_error")
      << "5.1: a server's frame is never masked";
  EXPECT_EQ(code, 1002);
  EXPECT_EQ(ErrorCause(Bytes({0xc1, 0x01, 0x41})), "protocol_error") << "RSV1 without an extension";
  EXPECT_EQ(ErrorCause(Bytes({0xa1, 0x01, 0x41})), "protocol_error") << "RSV2";
  EXPECT_EQ(ErrorCause(Bytes({0x92, 0x01, 0x41})), "protocol_error") << "RSV3";
  EXPECT_EQ(ErrorCause(Bytes({0x83, 0x00})), "protocol_error") << "reserved data opcode";
  EXPECT_EQ(ErrorCause(Bytes({0x8b, 0x00})), "protocol_error") << "reserved control opcode";
  EXPECT_EQ(ErrorCause(Bytes({0x09, 0x00})), "protocol_error") << "fragmented control frame";
  EXPECT_EQ(ErrorCause(Bytes({0x89, 0x7e, 0x00, 0x7e}) + std::string(126, 'x')), "protocol_error") << "long ping";
  EXPECT_EQ(ErrorCause(Bytes({0x80, 0x00})), "protocol_error") << "continuation of nothing";
  EXPECT_EQ(ErrorCause(Bytes({0x02, 0x01, 0x41, 0x82, 0x01, 0x42})), "protocol_error") << "message within a message";
  EXPECT_EQ(ErrorCause(Bytes({0x82, 0x7e, 0x00, 0x01, 0x41})), "protocol_error") << "16-bit length for one byte";
  EXPECT_EQ(ErrorCause(Bytes({0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0x10, 0x00})), "protocol_error") << "64-bit for 4096";
  EXPECT_EQ(ErrorCause(Bytes({0xc9, 0x00}), kDeflate), "protocol_error") << "RSV1 on a control frame";
  EXPECT_EQ(ErrorCause(Bytes({0x41, 0x03, 0xf2, 0x48, 0xcd, 0xc0, 0x04, 0xc9, 0xc9, 0x07, 0x00}), kDeflate),
            "protocol_error")
      << "RFC 7692 6.1: RSV1 on a continuation";
}

TEST(FrameProcessorTest, RefusesTextThatIsNotUtf8) {
  uint16_t code = 0;
  EXPECT_EQ(ErrorCause(ServerFrame(1, "ab\xff"), kNoDeflate, &code), "bad_utf8");
  EXPECT_EQ(code, 1007);
  EXPECT_EQ(ErrorCause(ServerFrame(1, "\xe2\x82")), "bad_utf8") << "ends within a character";
  EXPECT_EQ(ErrorCause(ServerFrame(1, "x", {.fin = false}) + ServerFrame(0, "\xe2\x82")), "bad_utf8")
      << "ends within a character, fragmented";
  EXPECT_EQ(ErrorCause(ServerFrame(2, "\xff\xfe")), "none") << "binary may be anything";
}

TEST(FrameProcessorTest, RefusesMessagesOverTheLimit) {
  constexpr size_t kLimit = 1000;
  const auto cause = [](std::string_view stream, const DeflateParams& deflate = kNoDeflate) {
    Feeder feeder(deflate, kLimit);
    const std::optional<FrameError> error = feeder.Feed(stream);
    return error ? std::to_string(error->close_code) + " " + error->cause : "none";
  };
  EXPECT_EQ(cause(ServerFrame(2, Pattern(kLimit))), "none");
  EXPECT_EQ(cause(ServerFrame(2, Pattern(kLimit + 1))), "1009 message_too_big");
  EXPECT_EQ(cause(ServerFrame(2, Pattern(600), {.fin = false}) + ServerFrame(0, Pattern(400))), "none");
  EXPECT_EQ(cause(ServerFrame(2, Pattern(600), {.fin = false}) + ServerFrame(0, Pattern(401))), "1009 message_too_big");
  EXPECT_EQ(cause(Bytes({0x82, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})), "1009 message_too_big");
  EXPECT_EQ(cause(ServerFrame(2, Pattern(600), {.fin = false}) +
                  Bytes({0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00})),
            "1009 message_too_big")
      << "a length that would wrap around when added";
  EXPECT_EQ(cause(ServerFrame(2, DeflateMessage(Pattern(kLimit)), {.rsv1 = true}), kDeflate), "none");
  EXPECT_EQ(cause(ServerFrame(2, DeflateMessage(std::string(kLimit + 1, 'x')), {.rsv1 = true}), kDeflate),
            "1009 message_too_big");
}

TEST(FrameProcessorTest, ABombIsRefusedWhileItInflates) {
  const std::string bomb = DeflateMessage(std::string(64 << 20, '\0'));
  ASSERT_LT(bomb.size(), 70'000u);
  Feeder feeder(kDeflate);
  const std::optional<FrameError> error = feeder.Feed(ServerFrame(2, bomb, {.rsv1 = true}));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->close_code, 1009);
}

TEST(FrameProcessorTest, WhatInflatesALotDoesSoInSteps) {
  const std::string zeros(8 << 20, '\0');
  Feeder feeder(kDeflate, 16 << 20);
  feeder.recorder.always_later = true;
  ASSERT_FALSE(feeder.Feed(ServerFrame(2, DeflateMessage(zeros), {.rsv1 = true})));
  ASSERT_EQ(feeder.recorder.lines.size(), 1u);
  EXPECT_EQ(feeder.recorder.lines[0].size(), zeros.size() + std::string("binary ").size());
  EXPECT_GT(feeder.feeds, 3);
  EXPECT_LE(feeder.recorder.largest_part, size_t{1} << 20);
}

TEST(FrameProcessorTest, AMessageOfManyFinalBlocksIsRead) {
  // An empty block that is the last, and padding: two bytes.
  std::string blocks;
  for (int i = 0; i < 20'000; ++i) blocks += Bytes({0x03, 0x00});
  const std::string hello = Bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  EXPECT_THAT(Messages(ServerFrame(1, blocks + hello, {.rsv1 = true}), kDeflate), ElementsAre("text Hello"));
}

TEST(FrameProcessorTest, MessagesThatHaveBegunShareABudget) {
  const auto budget = std::make_shared<MemoryBudget>(1 << 20);
  const std::string begun = ServerFrame(2, Pattern(kMaxMessage - 1), {.fin = false});
  Feeder feeder(kNoDeflate, kMaxMessage, budget);
  std::vector<std::unique_ptr<FrameProcessor>> others;
  std::optional<FrameError> error;
  while (!error && others.size() < 100) {
    others.push_back(std::make_unique<FrameProcessor>(feeder.context, kMaxMessage, kNoDeflate));
    const auto buffer = std::make_unique<uint8_t[]>(begun.size() + Connection::kReadPadding);
    std::memcpy(buffer.get(), begun.data(), begun.size());
    std::span<const uint8_t> rest(buffer.get(), begun.size());
    error = others.back()->Feed(rest, feeder.recorder);
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->cause, "message_too_big");
  EXPECT_LE(others.size() - 1, (size_t{1} << 20) / (kMaxMessage - 1));
  EXPECT_LT(budget->left(), static_cast<int64_t>(kMaxMessage));
  // One that ends gives back what it held.
  others.clear();
  EXPECT_FALSE(feeder.Feed(begun));
  EXPECT_FALSE(feeder.Feed(ServerFrame(0, "e")));
  EXPECT_EQ(feeder.recorder.lines.size(), 1u);
}

TEST(FrameProcessorTest, RefusesCorruptCompression) {
  EXPECT_EQ(ErrorCause(ServerFrame(2, "\xff\xff\xff\xff", {.rsv1 = true}), kDeflate), "bad_compression");
}

TEST(FrameProcessorTest, WritesMaskedFrames) {
  for (const size_t size : {0u, 1u, 3u, 4u, 7u, 8u, 9u, 100u, 125u, 126u, 65'535u, 65'536u, 100'000u}) {
    Feeder feeder(kNoDeflate);
    const std::string payload = Pattern(size);
    std::string bytes(feeder.processor.DataFrame(payload));
    EXPECT_EQ(bytes.size(), size + (size < 126 ? 6 : size < 65'536 ? 8 : 14));
    const std::optional<ClientFrame> frame = TakeClientFrame(bytes);
    ASSERT_TRUE(frame) << size;
    EXPECT_TRUE(bytes.empty());
    EXPECT_TRUE(frame->masked && frame->fin && !frame->rsv1);
    EXPECT_EQ(frame->opcode, 2);
    EXPECT_EQ(frame->payload, payload) << size;
  }
}

TEST(FrameProcessorTest, WritesText) {
  Feeder plain(kNoDeflate);
  std::string bytes(plain.processor.DataFrame("text", Opcode::kText));
  std::optional<ClientFrame> frame = TakeClientFrame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->opcode, 1);
  EXPECT_EQ(frame->payload, "text");
  Feeder compressing(kDeflate);
  bytes = compressing.processor.DataFrame("text", Opcode::kText);
  frame = TakeClientFrame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->opcode == 1 && frame->rsv1);
  EXPECT_EQ(InflateMessage(frame->payload), "text");
}

TEST(FrameProcessorTest, EveryFrameHasANewMask) {
  Feeder feeder(kNoDeflate);
  const std::string first(feeder.processor.DataFrame("same payload"));
  const std::string second(feeder.processor.DataFrame("same payload"));
  EXPECT_NE(first.substr(2, 4), second.substr(2, 4));
}

TEST(FrameProcessorTest, WritesCompressedMessages) {
  for (const uint8_t bits : {uint8_t{9}, uint8_t{15}}) {
    Feeder feeder({.enabled = true, .client_no_context_takeover = true, .client_window_bits = bits});
    for (const std::string& payload :
         {std::string(), std::string("Hello"), std::string(200'000, 'a'), Pattern(50'000), std::string("Hello")}) {
      std::string bytes(feeder.processor.DataFrame(payload));
      const std::optional<ClientFrame> frame = TakeClientFrame(bytes);
      ASSERT_TRUE(frame);
      EXPECT_TRUE(frame->rsv1);
      EXPECT_EQ(InflateMessage(frame->payload), payload);
    }
  }
  Feeder tiny_window({.enabled = true, .client_window_bits = 8});
  std::string bytes(tiny_window.processor.DataFrame("Hello"));
  const std::optional<ClientFrame> frame = TakeClientFrame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_FALSE(frame->rsv1) << "zlib has no such window";
  EXPECT_EQ(frame->payload, "Hello");
}

/// What a server gets of our messages when it keeps the context.
class KeepingPeer {
 public:
  std::string Read(std::string_view frame_bytes) {
    std::string bytes(frame_bytes);
    const std::optional<ClientFrame> frame = TakeClientFrame(bytes);
    if (!frame) return "no frame";
    if (!frame->rsv1) return frame->payload;
    last_size_ = frame->payload.size();
    const std::string payload = frame->payload + std::string("\x00\x00\xff\xff", 4);
    std::string out;
    const auto* data = reinterpret_cast<const uint8_t*>(payload.data());
    return inflater_.Append(data, payload.size(), 1 << 20, out) == Inflater::Result::kOk ? out : "corrupt";
  }
  size_t last_size() const { return last_size_; }

 private:
  Inflater inflater_;
  size_t last_size_ = 0;
};

TEST(FrameProcessorTest, KeepsTheContextWhereThatWasAgreed) {
  for (const uint8_t bits : {uint8_t{9}, uint8_t{12}, uint8_t{15}}) {
    FrameContext context;
    const DeflateParams params{.enabled = true, .context_window_bits = bits};
    FrameProcessor first(context, kMaxMessage, params);
    FrameProcessor second(context, kMaxMessage, params);
    KeepingPeer first_peer, second_peer;
    for (int i = 0; i < 10; ++i) {
      for (const std::string& payload :
           {fmt::format("message {} of several that are much alike", i), std::string(), Pattern(50'000 + i)}) {
        ASSERT_EQ(first_peer.Read(first.DataFrame(payload)), payload) << static_cast<int>(bits);
        ASSERT_EQ(second_peer.Read(second.DataFrame(payload)), payload) << "each connection has its own";
      }
    }
  }
}

// The figures that the documents name.
TEST(FrameProcessorTest, RepeatedTextTakesFewBytesInAKeptContext) {
  const std::string text = R"({"command":"upstream","key":"run-0-0-1","body":"hello, hello, this is a message"})";
  const auto size_of_second = [&](const DeflateParams& params) {
    Feeder feeder(params);
    KeepingPeer peer;
    EXPECT_EQ(peer.Read(feeder.processor.DataFrame(text)), text);
    EXPECT_EQ(peer.Read(feeder.processor.DataFrame(text)), text);
    return peer.last_size();
  };
  EXPECT_LT(size_of_second({.enabled = true, .context_window_bits = 12}), 12u);
  EXPECT_GT(size_of_second({.enabled = true, .client_no_context_takeover = true}), 60u);
}

TEST(FrameProcessorTest, WritesControlFrames) {
  Feeder feeder(kNoDeflate);
  std::string bytes(feeder.processor.ControlFrame(Opcode::kPong, "data"));
  bytes += feeder.processor.ControlFrame(Opcode::kClose, MakeClosePayload(1000, "bye"));
  const std::optional<ClientFrame> pong = TakeClientFrame(bytes);
  const std::optional<ClientFrame> close = TakeClientFrame(bytes);
  ASSERT_TRUE(pong && close);
  EXPECT_EQ(pong->opcode, 10);
  EXPECT_EQ(pong->payload, "data");
  EXPECT_EQ(close->opcode, 8);
  EXPECT_EQ(close->payload, ClosePayloadBytes(1000, "bye"));
}

TEST(ClosePayloadTest, IsReadStrictly) {
  EXPECT_EQ(ParseClosePayload("")->code, 1005);
  EXPECT_EQ(ParseClosePayload(ClosePayloadBytes(1001, "going"))->code, 1001);
  EXPECT_EQ(ParseClosePayload(ClosePayloadBytes(4999))->code, 4999);
  EXPECT_FALSE(ParseClosePayload("x"));
  for (const uint16_t code : std::initializer_list<uint16_t>{0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    EXPECT_FALSE(ParseClosePayload(ClosePayloadBytes(code))) << code;
  }
  EXPECT_FALSE(ParseClosePayload(ClosePayloadBytes(1000, "\xff")));
}

TEST(ClosePayloadTest, IsWrittenSoThatItMayBeSent) {
  EXPECT_EQ(MakeClosePayload(1005, "ignored"), "");
  EXPECT_EQ(MakeClosePayload(1006, "x"), ClosePayloadBytes(1000, "x"));
  const std::string long_reason = std::string(122, 'a') + "\xc3\xa9";
  EXPECT_EQ(MakeClosePayload(1000, long_reason), ClosePayloadBytes(1000, std::string(122, 'a')))
      << "cut between characters";
}

}  // namespace
}  // namespace wsload
