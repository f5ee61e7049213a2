#include "agent/load/node_choice.h"

#include <algorithm>

namespace wsload {
namespace {

bool IsPlace(const RedirectNode& node) { return !node.ip.empty() && node.port > 0 && node.port < 65'536; }

}  // namespace

const RedirectNode* ChooseNode(const std::vector<RedirectNode>& nodes, uint64_t lot) {
  uint64_t weights = 0;
  uint64_t places = 0;
  for (const RedirectNode& node : nodes) {
    if (!IsPlace(node)) continue;
    ++places;
    weights += static_cast<uint64_t>(std::max(0, node.weight));
  }
  if (places == 0) return nullptr;
  uint64_t left = lot % (weights > 0 ? weights : places);
  for (const RedirectNode& node : nodes) {
    if (!IsPlace(node)) continue;
    const uint64_t own = weights > 0 ? static_cast<uint64_t>(std::max(0, node.weight)) : 1;
    if (left < own) return &node;
    left -= own;
  }
  return nullptr;
}

}  // namespace wsload
