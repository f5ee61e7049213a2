// The two codecs behind NewMessageCodec(), one file each.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "agent/client/message_codec.h"
#include "common/util/status.h"

namespace wsload {

inline absl::Status TooManyNodes(size_t bytes) {
  return InvalidArgument("body is a node list of {} bytes; at most {} are read", bytes, MessageCodec::kMaxNodesBytes);
}

std::unique_ptr<MessageCodec> NewJsonCodec();
std::unique_ptr<MessageCodec> NewProtoCodec();

}  // namespace wsload
