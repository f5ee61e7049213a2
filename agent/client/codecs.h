// The two codecs behind NewMessageCodec(), one file each.
#pragma once

#include <memory>

#include "agent/client/message_codec.h"

namespace wsload {

std::unique_ptr<MessageCodec> NewJsonCodec();
std::unique_ptr<MessageCodec> NewProtoCodec();

}  // namespace wsload
