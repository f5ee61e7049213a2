// How the control plane's fuzz targets read their input: steps of one byte that says what happens, one of length, and
// bytes that go with it.
#pragma once

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/plan/run_plan.h"

namespace wsload {

/// A run that is over in a few seconds.
inline RunPlan ShortPlan() {
  RunPlan plan;
  plan.clients = 10;
  plan.mps = 7;
  plan.duration_ns = 3 * kNsPerSecond;
  plan.ramp_up_ns = kNsPerSecond;
  plan.cipher_key = kDemoCipherKey;
  plan.jwt_key = kDemoJwtKey;
  return plan;
}

class ControlRecords {
 public:
  ControlRecords(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {
    // Protobuf has a line for every text that is no UTF-8.
    google::protobuf::SetLogHandler(nullptr);
  }

  /// False at the end.
  bool Next() {
    if (rest_.size() < 2) return false;
    kind_ = static_cast<uint8_t>(rest_[0]);
    const size_t length = std::min<size_t>(static_cast<uint8_t>(rest_[1]), rest_.size() - 2);
    bytes_ = rest_.substr(2, length);
    rest_.remove_prefix(2 + length);
    return true;
  }

  unsigned kind() const { return kind_; }
  std::string_view bytes() const { return bytes_; }
  /// Of the bytes as a little-endian number, at most `bound`.
  int64_t Number(int64_t bound) const {
    uint64_t number = 0;
    for (size_t i = 0; i < std::min<size_t>(bytes_.size(), 8); ++i) {
      number |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[i])) << (8 * i);
    }
    return static_cast<int64_t>(number % (static_cast<uint64_t>(bound) + 1));
  }

  /// `message`, over which the bytes are laid as fields of its kind: set ones change, new ones are added. False when
  /// the bytes are no such fields; then the message is what came of it.
  template <typename Message>
  bool Overlay(Message& message) const {
    return message.MergeFromString(std::string(bytes_));
  }

 private:
  std::string_view rest_;
  std::string_view bytes_;
  unsigned kind_ = 0;
};

}  // namespace wsload
