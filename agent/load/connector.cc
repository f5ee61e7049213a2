#include "agent/load/connector.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/load/dial_plan.h"

namespace wsload {
namespace {

/// Work done in one turn of the loop before it looks at its sockets again.
constexpr int kDialsPerTurn = 64;

}  // namespace

Connector::Connector(Parts parts, const RunPlan& plan, ConnectorObserver& observer)
    : loop_(parts.loop),
      clock_(parts.clock),
      group_(parts.group),
      recorder_(parts.recorder),
      plan_(plan),
      observer_(observer),
      token_(plan.jwt_key, plan.jwt_issuer),
      dialer_(std::move(parts.dialer)),
      timer_(loop_.NewTimer([this] { OnTimer(); })) {}

void Connector::Begin(const Progression& clients, int64_t ramp_start_ns) {
  begun_ = true;
  lists_.emplace_back(clients, 0, ramp_start_ns, plan_.ramp_up_ns, plan_.clients);
  timer_->ArmAt(ramp_start_ns);
}

void Connector::TakeOver(const Progression& clients, int64_t from_ns) {
  lists_.emplace_back(clients, clients.first, from_ns, plan_.ramp_up_ns, plan_.clients);
  timer_->ArmAt(loop_.MonoNs());
}

void Connector::GiveUp() {
  lists_.clear();
  dialer_->CancelAll();
  timer_->ArmAt(loop_.MonoNs());
}

DialList* Connector::NextList() {
  DialList* first = nullptr;
  for (DialList& list : lists_) {
    if (list.done()) continue;
    if (first == nullptr || list.DueNs() < first->DueNs()) first = &list;
  }
  return first;
}

void Connector::OnTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (observer_.MayDial(now_ns)) DialDue(now_ns);
}

void Connector::DialDue(int64_t now_ns) {
  for (int dials = 0;; ++dials) {
    DialList* list = NextList();
    if (list == nullptr) return TellIfAllTried();
    const int64_t due_ns = list->DueNs();
    if (due_ns > now_ns || dials == kDialsPerTurn) return timer_->ArmAt(std::max(due_ns, now_ns));
    Dial(list->Take());
  }
}

void Connector::Dial(int64_t client) {
  const int64_t user_id = plan_.first_user_id + client;
  const std::string token = TokenOf(token_, plan_, client, clock_.UnixNs());
  ++started_;
  recorder_.DialStarted();
  dialer_->Dial(client, token.empty() ? std::string() : plan_.token_param, token,
                [this, user_id](DialResult result) { OnDialled(user_id, std::move(result)); });
}

void Connector::OnDialled(int64_t user_id, DialResult result) {
  ++resolved_;
  recorder_.Dialled(result);
  if (result.connection != nullptr) {
    ++opened_;
    WebSocketClient& client =
        pool_.Add(std::make_unique<WebSocketClient>(std::move(result.connection), group_, plan_.biz_id, user_id));
    client.Start(result.finished_ns);
    observer_.OnConnected(client);
  }
  TellIfAllTried();
  observer_.OnDialEnded();
}

void Connector::TellIfAllTried() {
  if (!begun_ || told_all_tried_ || dialling() || NextList() != nullptr) return;
  told_all_tried_ = true;
  observer_.OnAllTried(opened_, resolved_ - opened_);
}

void Connector::OnClosed(WebSocketClient& client, const CloseInfo& info, bool by_us) {
  recorder_.ClientClosed(info, by_us);
  pool_.Remove(client);
}

}  // namespace wsload
