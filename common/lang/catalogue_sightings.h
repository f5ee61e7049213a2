// The end of the catalogue of statements: what was seen beside the messages,
// and what a plan cannot show. For catalogue.h alone.
#pragma once

#include "common/lang/catalogue_entry.h"

namespace wsload::catalogue {

inline constexpr Arg kMsgSize{"msg_size_bytes", Form::kCount};
inline constexpr Arg kKeyBytes{"key_bytes", Form::kCount};

inline constexpr Entry kSightingEntries[] = {
    // What else came over the connections, or did not.
    {StatementKind::kHeartbeatsUnanswered,
     "heartbeats_unanswered",
     {{"unanswered", Form::kCount}, {"heartbeats", Form::kCount}},
     "{unanswered} of {heartbeats} heartbeats were not answered",
     "{heartbeats} 次心跳中有 {unanswered} 次未得到应答"},
    {StatementKind::kRedirectsSeen,
     "redirects_seen",
     {{"redirects", Form::kCount}},
     "{redirects} redirections by the server; they are counted and not followed",
     "服务器发出 {redirects} 次重定向；仅计数，不跟随"},
    {StatementKind::kPushesRepeated,
     "pushes_repeated",
     {{"repeated", Form::kCount}, {"pushes", Form::kCount}},
     "{repeated} of {pushes} pushes were repeats: the server had not seen their acknowledgement in time",
     "{pushes} 条推送中有 {repeated} 条是重发：服务器未及时收到其确认"},
    {StatementKind::kDuplicateAcks,
     "duplicate_acks",
     {{"acks", Form::kCount}},
     "{acks} answers came again for messages that had one",
     "{acks} 条应答重复：其消息此前已有应答"},
    {StatementKind::kSentAgain,
     "sent_again",
     {{"retries", Form::kCount}, {"by_retry", Form::kCount}},
     "messages were sent again {retries} times; {by_retry} were acknowledged only after it",
     "消息共重发 {retries} 次；其中 {by_retry} 条在重发之后才得到确认"},
    {StatementKind::kUnsolicitedFrames,
     "unsolicited_frames",
     {{"frames", Form::kCount}},
     "{frames} frames answered no message of this run (pushed by the server)",
     "{frames} 个帧不是对本次运行中任何消息的应答（由服务器主动推送）"},
    {StatementKind::kBroadcastFrames,
     "broadcast_frames",
     {{"frames", Form::kCount}},
     "{frames} frames carried messages of other connections of this run (broadcast by the server)",
     "{frames} 个帧携带的是本次运行中其他连接的消息（由服务器广播）"},

    // What a plan cannot measure well.
    {StatementKind::kEchoWithoutRun,
     "echo_without_run",
     {kMsgSize, kKeyBytes},
     "-msg-size={msg_size_bytes} is less than a key ({key_bytes} bytes): only an echo that is its message byte for "
     "byte counts",
     "-msg-size={msg_size_bytes} 小于消息键（{key_bytes} 字节）：只有逐字节相同的回显才会计入"},
    {StatementKind::kEchoByOrder,
     "echo_by_order",
     {kMsgSize, {"named_bytes", Form::kCount}},
     "-msg-size={msg_size_bytes} cannot name a message ({named_bytes} bytes can): echoes count byte for byte and in "
     "order, "
     "and none after a lost or late one",
     "-msg-size={msg_size_bytes} 无法标识消息（至少需 {named_bytes} "
     "字节）：回显须逐字节相同且按序到达，丢失或超时之后的均不计入"},
    {StatementKind::kClosedLoop,
     "closed_loop",
     {{"in_flight", Form::kCount}},
     "a closed loop hides waiting: with {in_flight} messages in flight on every connection a slow server is sent less, "
     "and there is no response time",
     "闭环会掩盖等待：每个连接上只有 {in_flight} 条消息在途，服务器变慢时发送也随之减少，且没有响应时间"},
};

}  // namespace wsload::catalogue
