// The part of the catalogue of statements about what an agent refuses of its controller. For catalogue.h alone.
#pragma once

#include "common/lang/catalogue_entry.h"

namespace wsload::catalogue {

inline constexpr Arg kMessage{"message", Form::kText};  ///< of the control protocol

inline constexpr Entry kRefusalEntries[] = {
    {StatementKind::kBadPlan, "bad_plan", {kWhy}, "{why}", "计划无效：{why}"},
    {StatementKind::kBeyondMeans, "beyond_means", {kWhy}, "{why}", "主机资源不足：{why}"},
    {StatementKind::kRefusedLeaving, "refused_leaving", {kWhy}, "the agent is leaving: {why}", "该节点正在退出：{why}"},
    {StatementKind::kUnknownMessage,
     "unknown_message",
     {},
     "empty or unknown control message",
     "控制消息为空或无法识别"},
    {StatementKind::kConnectWithoutLease,
     "connect_without_lease",
     {},
     "Connect came without a lease before it",
     "收到 Connect 之前没有收到租约"},
    {StatementKind::kFarInstant,
     "far_instant",
     {kMessage, {"instant", Form::kCount}, {"seconds", Form::kCount}, {"clock", Form::kCount}},
     "{message} names the instant {instant} ns, more than {seconds} s from this agent's clock {clock} ns",
     "{message} 指定的时刻 {instant} ns 与该节点的时钟 {clock} ns 相差超过 {seconds} 秒"},
    {StatementKind::kOutOfOrder,
     "out_of_order",
     {kMessage, {"state", Form::kText}},
     "{message} came out of order: {state}",
     "{message} 的顺序不对：{state}"},
    {StatementKind::kTooManyTakeOvers, "too_many_take_overs", {}, "TakeOver came too often", "TakeOver 次数过多"},
    {StatementKind::kYieldNotAnswered,
     "yield_not_answered",
     {},
     "YieldFrom came before the last one was answered",
     "上一个 YieldFrom 尚未应答，又收到了一个"},
    {StatementKind::kGaveRunUp,
     "gave_run_up",
     {{"missed", Form::kText}},
     "gave the run up: {missed} in time",
     "已放弃该次运行，等待超时：{missed}"},
};

}  // namespace wsload::catalogue
