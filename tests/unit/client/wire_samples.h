// Random messages, and random spellings of one message as JSON and Protobuf.
// Everything follows from the seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "gatewayapi/v1/gateway.pb.h"

namespace wsload {

class WireSamples {
 public:
  explicit WireSamples(uint64_t seed) : random_(seed) {}

  /// Any command (unknown and negative ones too), a key of any Unicode text, a body of any bytes.
  gatewayapi::v1::Message RandomMessage();

  /// One of the many proto3 JSON documents that mean `message`: fields in any order among unknown ones, white space,
  /// escapes, either base64 alphabet, commands by name or number, overridden duplicates, nulls.
  std::string RandomJson(const gatewayapi::v1::Message& message);

  /// The same for the wire format: any order, overridden duplicates, unknown fields, groups, varints longer than
  /// needed.
  std::string RandomWire(const gatewayapi::v1::Message& message);

  /// `text` with up to four random changes: bits flipped, bytes replaced, inserted, removed, moved, or the end cut off.
  std::string Mutate(std::string_view text);

 private:
  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }
  bool OneIn(size_t times) { return Below(times) == 0; }

  std::string RandomText(size_t max_characters);
  std::string RandomBytes(size_t max_bytes);
  std::string Space();
  std::string Literal(std::string_view text);
  std::string CommandJson(int32_t number);
  std::string BodyJson(const std::string& body);
  std::string RandomValue(int depth);
  std::string LongVarint(uint64_t value, size_t max_bytes);
  std::string UnknownWire(uint32_t field, int depth);

  std::mt19937_64 random_;
};

}  // namespace wsload
