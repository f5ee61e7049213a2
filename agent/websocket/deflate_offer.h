// The negotiation of permessage-deflate (RFC 7692 section 7.1), the client's end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/websocket/deflate.h"
#include "common/plan/compression.h"
#include "common/util/local_text.h"

namespace wsload {

/// The value of Sec-WebSocket-Extensions in the request; empty: no such header.
std::string_view DeflateOffer(Compression wanted);

/// Reads that header of the answer (empty: the server took none of the offers, which is its right) against what
/// DeflateOffer(wanted) offered. Empty, and `params` are what was agreed; or why the answer may not be so.
LocalString ReadDeflateAnswer(std::string_view answer, Compression wanted, DeflateParams* params);

/// What was agreed, as it is counted: "context_15/no_context_15", the client's messages before the server's, with their
/// window bits. Empty: nothing.
std::string DeflateName(const DeflateParams& params);

}  // namespace wsload
