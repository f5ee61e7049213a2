// Judges MessageCodec::Decode by Protobuf's own parsers: what we accept, they
// accept with the same meaning, and the other way round but for the differences named here.
//
// Protobuf's binary parser and ours agree on every input.
//
// Protobuf's JSON parser takes, and we refuse:
//  - what is no JSON by RFC 8259: single quotes, bare names, trailing commas, control characters in strings, unknown
//    escapes, `1.`, form feeds as white space;
//  - a command name it does not know (it ignores the value together with unknown fields; Go's protojson refuses it, and
//    a message of an unknown kind must not pass for an empty one) and a number in quotes;
//  - in unknown fields, integers beyond 64 bits, and nesting deeper than 100 that consists of arrays.
// It refuses, and we take:
//  - an empty field name.
#pragma once

#include <string>
#include <string_view>

#include "agent/client/message_codec.h"

namespace wsload {

/// What is wrong with `codec`'s verdict on `wire`, or empty. The bytes are copied to where a sanitizer sees every read
/// beyond the padding that the contract grants.
std::string WireDisagreement(Serializer serializer, MessageCodec& codec, std::string_view wire);

}  // namespace wsload
