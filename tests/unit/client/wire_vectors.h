// The samples in tests/vectors/gateway.json, printed by the reference implementation.
#pragma once

#include <google/protobuf/stubs/strutil.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "agent/client/message_codec.h"

namespace wsload {

inline const nlohmann::json& WireVectors() {
  static const nlohmann::json vectors =
      nlohmann::json::parse(std::ifstream(std::string(WSLOAD_TEST_VECTORS) + "/gateway.json"));
  return vectors;
}

/// By Protobuf's own base64, so that ours is not its own witness.
inline std::string FromBase64(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(google::protobuf::Base64Unescape(text, &bytes)) << text;
  return bytes;
}

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::strtol(std::string(hex.substr(i, 2)).c_str(), nullptr, 16)));
  }
  return bytes;
}

/// A copy of `wire` in exactly as many bytes as the contract grants, so that a sanitizer sees every
/// read beyond them.
class PaddedWire {
 public:
  explicit PaddedWire(std::string_view wire)
      : bytes_(new char[wire.size() + MessageCodec::kPadding]()), size_(wire.size()) {
    wire.copy(bytes_.get(), wire.size());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_;
};

}  // namespace wsload
