#include "tests/gateway/frame_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wsload::gateway {
namespace {

constexpr size_t kMax = 100'000;

/// A client's frame, written byte by byte as RFC 6455 section 5.2 draws it.
std::string Masked(uint8_t first, std::string payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65536) {
    frame += {static_cast<char>(0xFE), static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  } else {
    frame.push_back(static_cast<char>(0xFF));
    for (int shift = 56; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
  }
  const std::string mask = "\x01\x80\xFE\x5A";
  for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame + mask + payload;
}

struct Seen {
  Opcode opcode;
  bool compressed;
  std::string payload;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// Feeds `stream` in pieces that end at `cuts`, as a connection does. An error ends it; its code is in `error`.
std::vector<Seen> ReadAll(const std::string& stream, std::vector<size_t> cuts, int* error = nullptr,
                          bool allow_compressed = true) {
  FrameReader reader(kMax, allow_compressed);
  std::vector<Seen> seen;
  std::string pending;
  size_t begin = 0;
  cuts.push_back(stream.size());
  for (const size_t cut : cuts) {
    pending += stream.substr(begin, cut - begin);
    begin = cut;
    while (true) {
      Incoming incoming;
      size_t consumed = 0;
      const size_t size = pending.size();
      pending.append(FrameReader::kReadPadding, '\0');
      const auto result = reader.Next(pending.data(), size, incoming, consumed);
      if (result == FrameReader::Result::kIncoming) {
        seen.push_back({incoming.opcode, incoming.compressed, std::string(incoming.payload)});
      }
      pending.resize(size);
      if (result == FrameReader::Result::kError) {
        if (error != nullptr) *error = static_cast<int>(reader.error_code());
        return seen;
      }
      if (result == FrameReader::Result::kNeedMore) break;
      pending.erase(0, consumed);
    }
  }
  return seen;
}

int ErrorOf(const std::string& stream, bool allow_compressed = false) {
  int error = 0;
  EXPECT_TRUE(ReadAll(stream, {}, &error, allow_compressed).empty());
  return error;
}

TEST(FrameReader, ReadsTheSameAtEverySplitPoint) {
  const std::string stream = Masked(0x82, "binary") + Masked(0x01, "frag") + Masked(0x89, "ping") +
                             Masked(0x00, std::string(200, 'm')) + Masked(0x80, "end") + Masked(0xC2, "deflated") +
                             Masked(0x82, "") + Masked(0x88, std::string("\x03\xE8", 2));
  const std::vector<Seen> expected = {{Opcode::kBinary, false, "binary"},
                                      {Opcode::kPing, false, "ping"},
                                      {Opcode::kText, false, "frag" + std::string(200, 'm') + "end"},
                                      {Opcode::kBinary, true, "deflated"},
                                      {Opcode::kBinary, false, ""},
                                      {Opcode::kClose, false, std::string("\x03\xE8", 2)}};
  EXPECT_EQ(ReadAll(stream, {}), expected);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    SCOPED_TRACE(cut);
    ASSERT_EQ(ReadAll(stream, {cut}), expected);
  }
  std::vector<size_t> every(stream.size());
  for (size_t i = 0; i < every.size(); ++i) every[i] = i;
  EXPECT_EQ(ReadAll(stream, every), expected);
}

TEST(FrameReader, ReadsEveryLengthForm) {
  for (const size_t size : {0u, 1u, 7u, 8u, 9u, 125u, 126u, 65535u, 65536u, 100000u}) {
    std::string payload(size, '\0');
    for (size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 31);
    const auto seen = ReadAll(Masked(0x82, payload), {});
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].payload, payload);
  }
}

TEST(FrameReader, RefusesWhatTheProtocolForbids) {
  EXPECT_EQ(ErrorOf(std::string("\x82\x01x", 3)), 1002) << "unmasked";
  EXPECT_EQ(ErrorOf(Masked(0x92, "x")), 1002) << "RSV3";
  EXPECT_EQ(ErrorOf(Masked(0xA2, "x")), 1002) << "RSV2";
  EXPECT_EQ(ErrorOf(Masked(0xC2, "x")), 1002) << "RSV1 without an extension";
  EXPECT_EQ(ErrorOf(Masked(0xC9, "x"), true), 1002) << "RSV1 on a control frame";
  EXPECT_EQ(ErrorOf(Masked(0x83, "x")), 1002) << "reserved opcode";
  EXPECT_EQ(ErrorOf(Masked(0x8B, "x")), 1002) << "reserved control opcode";
  EXPECT_EQ(ErrorOf(Masked(0x80, "x")), 1002) << "continuation of nothing";
  EXPECT_EQ(ErrorOf(Masked(0x02, "x") + Masked(0x82, "y")), 1002) << "message in a message";
  EXPECT_EQ(ErrorOf(Masked(0x02, "x") + Masked(0xC0, "y"), true), 1002) << "RSV1 on a continuation";
  EXPECT_EQ(ErrorOf(Masked(0x09, "x")), 1002) << "fragmented control frame";
  EXPECT_EQ(ErrorOf(Masked(0x89, std::string(126, 'x'))), 1002) << "long control frame";
  EXPECT_EQ(ErrorOf(std::string("\x82\xFE\x00\x7D", 4) + std::string(129, 'x')), 1002)
      << "length not in its shortest form";
  EXPECT_EQ(ErrorOf(std::string("\x82\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF", 10)), 1002) << "the same in 64 bits";
}

TEST(FrameReader, RefusesTooMuchByItsHeaderAlone) {
  EXPECT_EQ(ErrorOf(std::string("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10)), 1009);
  EXPECT_EQ(ErrorOf(std::string("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10)), 1009);
  EXPECT_EQ(ErrorOf(Masked(0x02, std::string(kMax, 'x')) + Masked(0x80, "y")), 1009) << "the sum of fragments counts";
}

TEST(FrameReader, SurvivesEverySingleByteDamage) {
  const std::string good = Masked(0x01, "frag") + Masked(0x89, "p") + Masked(0x80, std::string(130, 'e'));
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      ASSERT_LE(ReadAll(bad, {at}).size(), 3u);
    }
  }
}

TEST(Frames, AreWrittenInTheShortestForm) {
  const auto header = [](size_t size, bool compressed = false) {
    std::string out;
    AppendFrameHeader(out, Opcode::kBinary, compressed, size);
    return out;
  };
  EXPECT_EQ(header(125), "\x82\x7D");
  EXPECT_EQ(header(126), std::string("\x82\x7E\x00\x7E", 4));
  EXPECT_EQ(header(65535), "\x82\x7E\xFF\xFF");
  EXPECT_EQ(header(65536), std::string("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  EXPECT_EQ(header(1, true), "\xC2\x01");
}

TEST(Frames, CloseCutsItsReason) {
  std::string out;
  AppendCloseFrame(out, CloseCode::kGoingAway, "bye");
  EXPECT_EQ(out,
            "\x88\x05\x03\xE9"
            "bye");
  out.clear();
  AppendCloseFrame(out, CloseCode::kGoingAway, std::string(200, 'r'));
  EXPECT_EQ(out.size(), 2u + 125u);
}

TEST(ClosePayload, TakesOnlyCodesThatMayTravel) {
  const auto valid = [](int code) {
    return IsValidClosePayload(std::string{static_cast<char>(code >> 8), static_cast<char>(code)});
  };
  EXPECT_TRUE(IsValidClosePayload(""));
  EXPECT_FALSE(IsValidClosePayload("x"));
  for (const int code : {1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999}) EXPECT_TRUE(valid(code)) << code;
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535}) EXPECT_FALSE(valid(code)) << code;
}

}  // namespace
}  // namespace wsload::gateway
