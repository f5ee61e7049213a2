#include "agent/client/body_messages.h"

namespace wsload {

gatewayapi::v1::OnReceiveResponse ToProto(const OnReceiveResponse& response) {
  gatewayapi::v1::OnReceiveResponse proto;
  proto.set_msg_id(response.msg_id);
  proto.set_biz_id(response.biz_id);
  return proto;
}

OnReceiveResponse FromProto(const gatewayapi::v1::OnReceiveResponse& response) {
  return {.msg_id = response.msg_id(), .biz_id = response.biz_id()};
}

gatewayapi::v1::NodeList ToProto(const std::vector<RedirectNode>& nodes) {
  gatewayapi::v1::NodeList proto;
  for (const RedirectNode& node : nodes) {
    gatewayapi::v1::Node& to = *proto.add_nodes();
    to.set_id(node.id);
    to.set_ip(node.ip);
    to.set_port(node.port);
    to.set_weight(node.weight);
    to.set_location(node.location);
    for (const std::string& label : node.labels) to.add_labels(label);
    to.set_capacity(node.capacity);
    to.set_load(node.load);
  }
  return proto;
}

std::vector<RedirectNode> FromProto(const gatewayapi::v1::NodeList& nodes) {
  std::vector<RedirectNode> result;
  result.reserve(static_cast<size_t>(nodes.nodes_size()));
  for (const gatewayapi::v1::Node& node : nodes.nodes()) {
    result.push_back({.id = node.id(),
                      .ip = node.ip(),
                      .port = node.port(),
                      .weight = node.weight(),
                      .location = node.location(),
                      .labels = {node.labels().begin(), node.labels().end()},
                      .capacity = node.capacity(),
                      .load = node.load()});
  }
  return result;
}

}  // namespace wsload
