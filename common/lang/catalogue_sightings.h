// The end of the catalogue of statements: what was seen beside the messages,
// and what a plan cannot show. For catalogue.h alone.
#pragma once

#include "common/lang/catalogue_entry.h"

namespace wsload::catalogue {

inline constexpr Arg kMsgSize{"msg_size_bytes", Form::kCount};
inline constexpr Arg kKeyBytes{"key_bytes", Form::kCount};
inline constexpr Arg kReceived{"received", Form::kCount};
inline constexpr Arg kExpected{"expected", Form::kCount};
inline constexpr Arg kPushes{"pushes", Form::kCount};
inline constexpr Arg kErrorUs{"error_us", Form::kMicroseconds};

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

    // What became of stamped messages that a server ought to push on.
    {StatementKind::kPushesNoneExpected,
     "pushes_none_expected",
     {},
     "no message was sent of which anybody ought to have got a push",
     "没有发出任何应被推送给他人的消息"},
    {StatementKind::kPushesReached,
     "pushes_reached",
     {kReceived, kExpected, {"reach_share", Form::kShare}, {"lost", Form::kCount}, {"loss_share", Form::kShare}},
     "{received} of {expected} pushes arrived ({reach_share}); {lost} were lost ({loss_share})",
     "应收推送 {expected} 条，收到 {received} 条（{reach_share}）；丢失 {lost} 条（{loss_share}）"},
    {StatementKind::kPushesPosted,
     "pushes_posted",
     {{"posts", Form::kCount},
      {"accepted", Form::kCount},
      {"refused", Form::kCount},
      {"unanswered", Form::kCount},
      {"unsent", Form::kCount}},
     "of {posts} posts {accepted} were accepted, {refused} refused, {unanswered} not answered in time and {unsent} not "
     "sent",
     "投递 {posts} 次：接受 {accepted}，拒绝 {refused}，未及时应答 {unanswered}，未发出 {unsent}"},
    {StatementKind::kPushesNotTaken,
     "pushes_not_taken",
     {},
     "no post was accepted: is the back end there, -push-url its path, and -push-body what it takes?",
     "没有投递被接受：后端是否在运行，-push-url 的路径是否正确，-push-body 是否符合其要求？"},
    {StatementKind::kPushesUnconfirmed,
     "pushes_unconfirmed",
     {{"unconfirmed", Form::kCount}},
     "up to {unconfirmed} of the lost may be of messages or posts without an answer, which the server may not have had",
     "丢失的推送中最多有 {unconfirmed} 条可能属于未得到应答的消息或投递，服务器或许没有收到它们"},
    {StatementKind::kPushesAmiss,
     "pushes_amiss",
     {{"duplicates", Form::kCount}, {"out_of_order", Form::kCount}, {"repeated", Form::kCount}},
     "{duplicates} came twice, {out_of_order} behind a later one of the same sender; {repeated} were repeated under "
     "the same key",
     "重复 {duplicates} 条，落在同一发送者后发消息之后 {out_of_order} 条；以相同键重发 {repeated} 条"},
    {StatementKind::kPushesMisdirected,
     "pushes_misdirected",
     {kPushes},
     "{pushes} came to clients who ought not to get them: is -to what the server does?",
     "{pushes} 条推送到了不应收到它们的客户端：-to 与服务器的行为一致吗？"},
    {StatementKind::kPushesSurplus,
     "pushes_surplus",
     {kPushes},
     "{pushes} more came than were expected: copies that could not be told, or messages of an agent that was lost",
     "比应收的多出 {pushes} 条：无法识别的重复，或失联压测节点的消息"},
    {StatementKind::kPushesOfStrangers,
     "pushes_of_strangers",
     {kPushes},
     "{pushes} were stamped by another run against the same server",
     "{pushes} 条带有同一服务器上另一次运行的标记"},
    {StatementKind::kPushesUntracked,
     "pushes_untracked",
     {kPushes},
     "of {pushes} is not known whether they came before: too many pairs of sender and receiver, or far behind; the "
     "loss may be larger by as many",
     "有 {pushes} 条无法判断此前是否来过：收发配对过多，或落后太远；丢失数最多可能再多这些"},
    {StatementKind::kPushClockError,
     "push_clock_error",
     {kErrorUs},
     "delivery times between agents may be off by {error_us}, the error of their clocks",
     "压测节点之间的送达时间可能有 {error_us} 的误差，即其时钟误差"},
    {StatementKind::kPushWithinError,
     "push_within_error",
     {kPushes, {"deliveries", Form::kCount}, kErrorUs},
     "{pushes} of {deliveries} delivery times are no longer than that: they say only that it took less than some "
     "{error_us}",
     "{deliveries} 个送达时间中有 {pushes} 个不超过该误差：只说明用时不到约 {error_us}"},

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
    {StatementKind::kPushToUnused,
     "push_to_unused",
     {{"to", Form::kText}},
     "-to={to} has no effect without -push=stamp",
     "没有 -push=stamp，-to={to} 不起作用"},
    {StatementKind::kClosedLoop,
     "closed_loop",
     {{"in_flight", Form::kCount}},
     "a closed loop hides waiting: with {in_flight} messages in flight on every connection a slow server is sent less, "
     "and there is no response time",
     "闭环会掩盖等待：每个连接上只有 {in_flight} 条消息在途，服务器变慢时发送也随之减少，且没有响应时间"},
};

}  // namespace wsload::catalogue
