// Of a worker, how it gives messages away: to siblings, for itself and for others.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "agent/load/worker.h"

namespace wsload {
namespace {

/// A message goes to a sibling, and to one more where that has lost its connections meanwhile.
constexpr int kMostHops = 2;

}  // namespace

void Worker::PublishOpen() {
  if (siblings_ != nullptr) siblings_->SetOpen(index_, static_cast<int64_t>(pool_.size()));
}

void Worker::TellIfStarved() {
  if (state_ != State::kMeasuring || stop_wanted_ || !pool_.empty()) return;
  if (siblings_ == nullptr || siblings_->TotalOpen() == 0) observer_.OnWorkerStarved();
}

void Worker::Strand(int64_t due_ns) {
  if (siblings_ == nullptr || siblings_->TotalOpen() == 0) return recorder_.Unsent(due_ns);
  stranded_.push_back(due_ns);
}

void Worker::HandOver(std::vector<int64_t> due_ns, int hops) {
  if (due_ns.empty()) return;
  const auto count = static_cast<int64_t>(due_ns.size());
  const std::vector<int64_t> left = siblings_->HandOver(index_, std::move(due_ns), hops);
  handed_over_ += count - static_cast<int64_t>(left.size());
  for (const int64_t unsent_ns : left) recorder_.Unsent(unsent_ns);
}

void Worker::OnHandedOver(std::vector<int64_t> due_ns, int hops) {
  CheckThread();
  handed_in_ += static_cast<int64_t>(due_ns.size());
  if (state_ == State::kReady && end_ns_ > 0) {
    // The sibling's thread woke for the start a moment earlier.
    early_.insert(early_.end(), due_ns.begin(), due_ns.end());
  } else {
    SendForSibling(std::move(due_ns), hops, loop_.MonoNs());
  }
  DoneIfClosed();
}

void Worker::SendForSibling(std::vector<int64_t> due_ns, int hops, int64_t now_ns) {
  if (due_ns.empty()) return;
  const bool sends = LeaseHolds(now_ns) && !stop_wanted_ && state_ >= State::kMeasuring && state_ < State::kClosing;
  if (sends && now_ns > end_ns_ + kOverrunNs) {
    for (const int64_t given_up_ns : due_ns) recorder_.GivenUp(given_up_ns);
    return;
  }
  size_t sent = 0;
  while (sends && sent < due_ns.size() && !pool_.empty()) SendOne(due_ns[sent++]);
  due_ns.erase(due_ns.begin(), due_ns.begin() + static_cast<std::ptrdiff_t>(sent));
  ArmDeadline();
  if (sends && hops < kMostHops) return HandOver(std::move(due_ns), hops + 1);
  for (const int64_t unsent_ns : due_ns) recorder_.Unsent(unsent_ns);
}

bool Worker::AwaitsSiblings(int64_t now_ns) const {
  return siblings_ != nullptr && !pool_.empty() && now_ns <= end_ns_ + kOverrunNs && siblings_->MayHandOver(index_);
}

int64_t Worker::Hold(int64_t from_ns) {
  CheckThread();
  return messages_.Hold(from_ns);
}

void Worker::YieldFrom(int64_t from_ns) {
  CheckThread();
  messages_.YieldFrom(from_ns);
  // What it still owns may be due.
  if (state_ == State::kMeasuring) ArmSend(loop_.MonoNs());
}

}  // namespace wsload
