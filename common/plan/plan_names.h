// The plan's enumerations as flags and result.json spell them.
#pragma once

#include "common/plan/run_plan.h"

namespace wsload {

/// "gateway", "echo".
const char* ProtocolName(Protocol protocol);
/// "json", "proto".
const char* SerializerName(Serializer serializer);
/// "none", "aes", "chacha20poly1305".
const char* CipherName(CipherKind cipher);

}  // namespace wsload
