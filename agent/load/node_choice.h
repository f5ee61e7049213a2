// Where a redirection leads.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/client/message_codec.h"

namespace wsload {

/// One of the nodes that have an address and a port, in proportion to their weights; evenly, where none has one. Null:
/// there is none. `lot`: 64 random bits.
const RedirectNode* ChooseNode(const std::vector<RedirectNode>& nodes, uint64_t lot);

}  // namespace wsload
