#include "agent/client/message_codec.h"

#include "agent/client/codecs.h"

namespace wsload {

std::unique_ptr<MessageCodec> NewMessageCodec(Serializer serializer) {
  return serializer == Serializer::kProto ? NewProtoCodec() : NewJsonCodec();
}

}  // namespace wsload
