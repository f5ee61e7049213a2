#include "agent/load/message_text.h"

#include <algorithm>

#include "common/plan/echo_key.h"
#include "common/util/split_mix.h"

namespace wsload {
namespace {

std::string Filler(int64_t size_bytes) {
  std::string text(static_cast<size_t>(size_bytes), ' ');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

}  // namespace

uint64_t MessageText::Sender::Hash() const { return SplitMixed(client); }

MessageText::MessageText(const RunPlan& plan, const MessageCodec& codec, const GroupName& name)
    : first_user_id_(plan.first_user_id) {
  const std::string text = Filler(plan.msg_size_bytes);
  const bool echo = plan.protocol == Protocol::kEcho;
  plaintext_ = echo ? text : codec.EncodeText(text);
  if (plan.push == PushMode::kOff || plan.push_to.empty()) return;
  stamps_.emplace(name.run_id, name.agent, name.worker);
  // An echoed message begins with its key.
  stamp_at_ = echo ? static_cast<size_t>(kEchoKeyBytes) : plaintext_.find(text);
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
  stamps_->Write(sender.client, *number_, (message.due_ns - start_ns_) / kNsPerUs, plaintext_.data() + stamp_at_);
  return plaintext_;
}

}  // namespace wsload
