#include "agent/load/message_text.h"

#include <algorithm>

#include "common/plan/echo_key.h"
#include "common/util/split_mix.h"

namespace wsload {

uint64_t MessageText::Sender::Hash() const { return SplitMixed(client); }

MessageText::MessageText(const RunPlan& plan, const MessageCodec& codec, const GroupName& name)
    : first_user_id_(plan.first_user_id),
      sized_(SizesOf(plan), static_cast<uint64_t>(plan.seed), plan.protocol == Protocol::kEcho ? nullptr : &codec) {
  if (plan.push == PushMode::kOff || plan.push_to.empty()) return;
  stamps_.emplace(name.run_id, name.agent, name.worker);
  // An echoed message begins with its key.
  stamp_at_ = plan.protocol == Protocol::kEcho ? static_cast<size_t>(kEchoKeyBytes) : 0;
}

void MessageText::Reserve(int64_t clients) {
  if (!stamps_) return;
  clients_ += static_cast<size_t>(clients);
  number_ = nullptr;
  numbers_.Reserve(clients_);
}

std::string_view MessageText::Stamped(const DueMessage& message, int64_t user_id) {
  const Sender sender{static_cast<uint32_t>(user_id - first_user_id_)};
  number_ = numbers_.Find(sender);
  if (number_ == nullptr) {
    // Of a list that nobody told of.
    Reserve(static_cast<int64_t>(std::max<size_t>(1, clients_)));
    number_ = numbers_.Find(sender);
  }
  stamps_->Write(sender.client, *number_, (message.due_ns - start_ns_) / kNsPerUs, sized_.text() + stamp_at_);
  return sized_.Of(message.number);
}

}  // namespace wsload
