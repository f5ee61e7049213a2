// MessageCodec::Decode on any bytes, judged by Protobuf's parsers; what was
// decoded must survive our own writer. Built once for each serializer.
#include <cstdint>
#include <memory>
#include <string>

#include "agent/client/message_codec.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/support/wire_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wsload;
  constexpr Serializer kSerializer = Serializer::WSLOAD_FUZZ_SERIALIZER;
  static const std::unique_ptr<MessageCodec> codec = NewMessageCodec(kSerializer);
  static const std::unique_ptr<MessageCodec> second = NewMessageCodec(kSerializer);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  FuzzCheck(WireDisagreement(kSerializer, *codec, input));

  std::string padded(input);
  padded.resize(size + MessageCodec::kPadding);
  MessageView message;
  if (!codec->Decode({padded.data(), size}, message)) return 0;
  std::string wire;
  codec->Encode(message, wire);
  const size_t wire_size = wire.size();
  wire.resize(wire_size + MessageCodec::kPadding);
  MessageView again;
  FuzzCheck(second->Decode({wire.data(), wire_size}, again), "our encoding was refused");
  FuzzCheck(again.cmd == message.cmd && again.key == message.key && again.body == message.body,
            "our encoding changed the message");
  return 0;
}
