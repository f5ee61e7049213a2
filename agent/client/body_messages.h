// The bodies' plaintexts between our structs and the generated messages; how
// those become bytes is each codec's affair.
#pragma once

#include <vector>

#include "agent/client/message_codec.h"
#include "gatewayapi/v1/gateway.pb.h"

namespace wsload {

gatewayapi::v1::OnReceiveResponse ToProto(const OnReceiveResponse& response);
OnReceiveResponse FromProto(const gatewayapi::v1::OnReceiveResponse& response);

gatewayapi::v1::NodeList ToProto(const std::vector<RedirectNode>& nodes);
std::vector<RedirectNode> FromProto(const gatewayapi::v1::NodeList& nodes);

}  // namespace wsload
