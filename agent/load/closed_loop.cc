#include "agent/load/closed_loop.h"

#include <utility>

#include "agent/load/due_message.h"
#include "common/time/clock.h"

namespace wsload {
namespace {

/// Messages of one turn of the loop before it looks at its sockets again.
constexpr int kFilledPerTurn = 256;

/// A connection that takes nothing is tried again after it.
constexpr int64_t kRefusedNs = 10 * kNsPerMs;

}  // namespace

ClosedLoop::ClosedLoop(const Parts& parts, int32_t in_flight, const Progression& numbers)
    : parts_(parts),
      in_flight_(static_cast<uint32_t>(in_flight)),
      number_(numbers.first),
      stride_(numbers.stride),
      timer_(parts.loop.NewTimer([this] { Walk(); })) {}

void ClosedLoop::Begin() {
  running_ = true;
  Walk();
}

void ClosedLoop::End() {
  running_ = false;
  timer_->Cancel();
}

void ClosedLoop::Refill(WebSocketClient& client) {
  if (!running_) return;
  const bool waits = refused_ || walking_;
  Fill(client);
  if (!running_) return;
  if (refused_ && !waits) timer_->ArmAt(parts_.loop.MonoNs() + kRefusedNs);
  parts_.observer.OnSenderTurn();
}

void ClosedLoop::Walk() {
  if (!walking_) {
    walking_ = true;
    refused_ = false;
    place_ = 0;
  }
  int left = kFilledPerTurn;
  while (running_ && left > 0) {
    if (place_ < parts_.pool.ready()) {
      left -= Fill(parts_.pool.At(place_++));
    } else if (std::exchange(missed_, false)) {
      place_ = 0;
    } else {
      walking_ = false;
      break;
    }
  }
  if (!running_) return;
  if (walking_) {
    timer_->ArmAt(parts_.loop.MonoNs());
  } else if (refused_) {
    timer_->ArmAt(parts_.loop.MonoNs() + kRefusedNs);
  }
  parts_.observer.OnSenderTurn();
}

int ClosedLoop::Fill(WebSocketClient& client) {
  int sent = 0;
  while (!client.stopping() && client.open_messages() < in_flight_) {
    const int64_t now_ns = parts_.loop.MonoNs();
    if (!parts_.observer.MaySend(now_ns)) break;
    const std::string_view text = parts_.text.Of({now_ns, number_}, client.user_id());
    const auto outcome = client.SendUpstream(text, now_ns, now_ns, nullptr, number_);
    if (outcome != WebSocketClient::SendOutcome::kSent) {
      // It waits for room, as whoever has to answer before would.
      refused_ = true;
      break;
    }
    parts_.text.Left();
    parts_.recorder.Sent(now_ns, now_ns, client.awkward());
    number_ += stride_;
    ++sent_;
    ++sent;
  }
  return sent;
}

}  // namespace wsload
