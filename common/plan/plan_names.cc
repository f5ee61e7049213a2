#include "common/plan/plan_names.h"

namespace wsload {

const char* ProtocolName(Protocol protocol) { return protocol == Protocol::kEcho ? "echo" : "gateway"; }

const char* SerializerName(Serializer serializer) { return serializer == Serializer::kProto ? "proto" : "json"; }

const char* CipherName(CipherKind cipher) {
  switch (cipher) {
    case CipherKind::kNone:
      return "none";
    case CipherKind::kAesGcm:
      return "aes";
    case CipherKind::kChaCha20Poly1305:
      return "chacha20poly1305";
  }
  return "none";
}

}  // namespace wsload
