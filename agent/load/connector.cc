#include "agent/load/connector.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "agent/load/close_waves.h"
#include "agent/load/dial_plan.h"
#include "agent/load/node_choice.h"
#include "common/lives/lot.h"
#include "common/util/int128.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

/// Work done in one turn of the loop before it looks at its sockets again.
constexpr int kDialsPerTurn = 64;

/// Storms of one share cut different clients.
constexpr int64_t kStormStep = 7919;

constexpr char kStormCause[] = "storm";

/// Behind the server's key it makes another one.
constexpr char kNotTheKey[] = ".not";

Manners MannersOf(const Awkward* awkward) {
  if (awkward == nullptr) return {};
  return {.awkward = true,
          .acknowledges = awkward->kind != AwkwardKind::kNoAck,
          .breaks_off = awkward->kind == AwkwardKind::kCut};
}

}  // namespace

Connector::Connector(Parts parts, const RunPlan& plan, ConnectorObserver& observer)
    : loop_(parts.loop),
      clock_(parts.clock),
      group_(parts.group),
      recorder_(parts.recorder),
      may_load_(std::move(parts.may_load)),
      plan_(plan),
      observer_(observer),
      token_(plan.jwt_key, plan.jwt_issuer),
      bad_token_(plan.jwt_key + kNotTheKey, plan.jwt_issuer),
      dialer_(std::move(parts.dialer)),
      departures_(plan),
      timer_(loop_.NewTimer([this] { OnTimer(); })) {}

// --- from outside ---------------------------------------------------------------------------------------------------

void Connector::Begin(const Progression& clients, int64_t ramp_start_ns) {
  begun_ = true;
  own_ = clients;
  if (plan_.clients_stages.empty()) {
    lists_.emplace_back(clients, 0, ramp_start_ns, plan_.ramp_up_ns, plan_.clients);
    first_left_ = clients.count;
  } else {
    AddCrowd(clients, 0, ramp_start_ns);
  }
  timer_->ArmAt(ramp_start_ns);
}

void Connector::Start(int64_t start_ns) {
  start_ns_ = start_ns;
  departures_.Start(start_ns, pool_);
  departures_.AddChurn(own_, start_ns);
  Arm(loop_.MonoNs());
}

void Connector::TakeOver(const Progression& clients, int64_t from_ns) {
  if (plan_.clients_stages.empty()) {
    lists_.emplace_back(clients, clients.first, from_ns, plan_.ramp_up_ns, plan_.clients);
  } else {
    AddCrowd(clients, from_ns - start_ns_, from_ns);
  }
  departures_.AddChurn(clients, from_ns);
  Arm(loop_.MonoNs());
}

void Connector::GiveUp() {
  given_up_ = true;
  first_left_ = 0;
  lists_.clear();
  redials_.Clear();
  departures_.Stop();
  crowds_.clear();
  next_storm_ = plan_.storm.storms().size();
  dialer_->CancelAll();
  timer_->ArmAt(loop_.MonoNs());
}

// --- what is due ----------------------------------------------------------------------------------------------------

DialList* Connector::NextList() {
  DialList* first = nullptr;
  for (DialList& list : lists_) {
    if (list.done()) continue;
    if (first == nullptr || list.DueNs() < first->DueNs()) first = &list;
  }
  return first;
}

int64_t Connector::NextStormNs() const {
  const std::vector<Storm>& storms = plan_.storm.storms();
  return start_ns_ == 0 || next_storm_ >= storms.size() ? kNever : start_ns_ + storms[next_storm_].offset_ns;
}

int64_t Connector::NextCrowdNs() const {
  int64_t next_ns = kNever;
  if (start_ns_ == 0) return next_ns;
  for (const Crowd& crowd : crowds_) next_ns = std::min(next_ns, crowd.NextNs());
  return next_ns == kNever ? kNever : start_ns_ + next_ns;
}

int64_t Connector::NextNs() {
  const DialList* list = NextList();
  return std::min({list == nullptr ? kNever : list->DueNs(), redials_.NextNs(), departures_.NextNs(), NextCrowdNs(),
                   NextStormNs()});
}

void Connector::Arm(int64_t now_ns) {
  const int64_t next_ns = NextNs();
  if (next_ns != kNever) timer_->ArmAt(std::max(next_ns, now_ns));
}

void Connector::OnTimer() {
  const int64_t now_ns = loop_.MonoNs();
  if (!observer_.MayDial(now_ns)) return;
  for (int done = 0; done < kDialsPerTurn && NextNs() <= now_ns; ++done) DoOne();
  Arm(now_ns);
  TellIfAllTried();
}

void Connector::DoOne() {
  const int64_t next_ns = NextNs();
  if (NextStormNs() == next_ns) return BreakOut(next_storm_++);
  if (departures_.NextNs() == next_ns) return LeaveOne();
  if (NextCrowdNs() == next_ns) {
    for (Crowd& crowd : crowds_) {
      if (crowd.NextNs() == next_ns - start_ns_) return Follow(crowd.Take());
    }
  }
  if (redials_.NextNs() == next_ns) {
    return Dial(redials_.Take());
  }
  Dial({.client = NextList()->Take()});
}

// --- who comes, and who goes ----------------------------------------------------------------------------------------

void Connector::AddCrowd(const Progression& clients, int64_t offset_ns, int64_t from_ns) {
  Crowd crowd(plan_.clients_stages, clients, plan_.clients, offset_ns);
  const int64_t size = std::max<int64_t>(1, Crowd::SizeAt(plan_.clients_stages, offset_ns));
  while (crowd.NextNs() == offset_ns) {
    const DialFor dial{.client = crowd.Take().client};
    const auto slot = static_cast<Int128>(DialSlot(dial.client, plan_.clients));
    crowd_.emplace(dial.client, nullptr);
    redials_.Add(from_ns + static_cast<int64_t>(slot * plan_.ramp_up_ns / size), dial);
    if (!told_all_tried_) ++first_left_;
  }
  crowds_.push_back(std::move(crowd));
}

void Connector::Follow(const Crowd::Change& change) {
  if (change.comes) {
    crowd_.emplace(change.client, nullptr);
    return Dial({.client = change.client, .kind = change.first ? DialFor::Kind::kFirst : DialFor::Kind::kReplacement});
  }
  const auto gone = crowd_.extract(change.client);
  redials_.Remove(change.client);
  if (!gone.empty() && gone.mapped() != nullptr) SendAway(*gone.mapped(), Leaving::kInOrder);
}

void Connector::LeaveOne() {
  WebSocketClient* client = departures_.Take();
  if (client == nullptr) return;
  const Seat seat = pool_.SeatOf(*client);
  SendAway(*client, Leaving::kInOrder);
  Dial({.client = seat.client, .generation = seat.generation + 1, .kind = DialFor::Kind::kReplacement});
}

void Connector::BreakOut(size_t index) {
  const Storm& storm = plan_.storm.storms()[index];
  const int64_t shift = static_cast<int64_t>(index) * kStormStep;
  // From the back: who is sent away makes room for one from behind it.
  for (size_t slot = pool_.ready(); slot-- > 0;) {
    WebSocketClient& client = pool_.At(slot);
    if (!storm.share.Takes(DialSlot(pool_.SeatOf(client).client, plan_.clients) + shift)) continue;
    SendAway(client, Leaving::kInAStorm, storm.in_order);
  }
}

void Connector::SendAway(WebSocketClient& client, Leaving leaving, bool in_order) {
  Seat& seat = pool_.SeatOf(client);
  if (seat.leaving != Leaving::kNot) return;
  seat.leaving = leaving;
  Unseat(client, seat);
  pool_.Retire(client);
  if (in_order) {
    client.Stop(CloseWaves::kTimeoutNs);
  } else {
    client.Abort(kStormCause);
  }
  observer_.OnRetired();
}

void Connector::Unseat(const WebSocketClient& client, const Seat& seat) {
  departures_.OnGone(seat);
  if (const auto place = crowd_.find(seat.client); place != crowd_.end() && place->second == &client) {
    place->second = nullptr;
  }
}

void Connector::OnRedirect(WebSocketClient& client, std::string_view nodes) {
  const Seat& seat = pool_.SeatOf(client);
  if (plan_.redirect == Redirect::kCount || given_up_ || seat.leaving != Leaving::kNot ||
      moves_.contains(seat.client)) {
    return;
  }
  const absl::StatusOr<std::vector<RedirectNode>> decoded = group_.codec().DecodeNodes(nodes);
  const RedirectNode* node =
      decoded.ok() ? ChooseNode(*decoded, DrawLot(plan_.seed, LotFor::kNode, seat.client, redirects_++)) : nullptr;
  if (node == nullptr) {
    ++recorder_.counters(client.awkward()).undecodable;
    return;
  }
  const HostPort server{node->ip, static_cast<uint16_t>(node->port)};
  if (may_load_ != nullptr && !may_load_(server)) {
    recorder_.DialStarted(true, client.awkward());
    recorder_.Dialled({.cause = "not_allowed",
                       .detail = FillLocal({"{}: a redirection led there, and this agent may not load it "
                                            "(-allow-target)",
                                            "{}：重定向指向该地址，而本压测节点不允许对其施压 (-allow-target)"},
                                           server.ToString())},
                      client.awkward());
    return;
  }
  const int64_t now_ns = loop_.MonoNs();
  moves_.emplace(seat.client, Move{.old = &client});
  Dial({seat.client, seat.generation, DialFor::Kind::kMove, 0, now_ns}, &server);
}

void Connector::OnClosed(WebSocketClient& client, const CloseInfo& info, bool closing) {
  const Seat seat = pool_.SeatOf(client);
  const bool storm = seat.leaving == Leaving::kInAStorm;
  const bool lost = !closing && seat.leaving != Leaving::kInOrder;
  if (storm && lost) {
    recorder_.ClientClosed({.cause = kStormCause}, false, client.awkward());
  } else {
    recorder_.ClientClosed(info, !lost, client.awkward());
  }
  if (seat.leaving == Leaving::kNot) Unseat(client, seat);
  const auto move = moves_.find(seat.client);
  const bool moves = move != moves_.end() && move->second.old == &client;
  pool_.Remove(client);
  const int64_t now_ns = loop_.MonoNs();
  if (moves) {
    move->second = {.lost_ns = lost ? now_ns : 0};
    return;
  }
  if (!lost || given_up_) return;
  DialAgain({.client = seat.client, .generation = seat.generation, .kind = DialFor::Kind::kAgain, .since_ns = now_ns},
            now_ns);
}

// --- dials ----------------------------------------------------------------------------------------------------------

int64_t Connector::UserOf(const DialFor& dial) const {
  const int64_t users = (plan_.clients - 1) / plan_.devices + 1;
  const auto newcomers = static_cast<uint64_t>(dial.generation) * static_cast<uint64_t>(users);
  return static_cast<int64_t>(static_cast<uint64_t>(plan_.first_user_id + dial.client / plan_.devices) + newcomers);
}

std::string Connector::TokenFor(const DialFor& dial, const Awkward* awkward) const {
  const int64_t now_ns = clock_.UnixNs();
  if (awkward != nullptr && awkward->kind == AwkwardKind::kExpiredToken) {
    return ExpiredTokenOf(token_, plan_, UserOf(dial), now_ns);
  }
  const bool bad = awkward != nullptr && awkward->kind == AwkwardKind::kBadToken;
  return TokenOf(bad ? bad_token_ : token_, plan_, UserOf(dial), now_ns);
}

void Connector::Dial(const DialFor& dial, const HostPort* elsewhere) {
  const bool first = dial.kind == DialFor::Kind::kFirst && dial.attempt == 0;
  const Awkward* const awkward = AwkwardOf(dial.client);
  if (first && first_left_ > 0) {
    --first_left_;
    if (awkward == nullptr) ++first_dialling_;
  }
  const std::string token = TokenFor(dial, awkward);
  const std::string name = token.empty() ? std::string() : plan_.token_param;
  ++started_;
  recorder_.DialStarted(!first, awkward != nullptr);
  DialCallback done = [this, dial](DialResult result) { OnDialled(dial, std::move(result)); };
  if (elsewhere == nullptr) {
    dialer_->Dial(dial.client, name, token, std::move(done));
  } else {
    dialer_->DialAt(*elsewhere, dial.client, name, token, std::move(done));
  }
}

void Connector::OnDialled(const DialFor& dial, DialResult result) {
  ++resolved_;
  const Awkward* const awkward = AwkwardOf(dial.client);
  recorder_.Dialled(result, awkward != nullptr);
  const bool opened = result.connection != nullptr;
  if (first_dialling_ > 0 && awkward == nullptr && dial.kind == DialFor::Kind::kFirst && dial.attempt == 0) {
    --first_dialling_;
    ++(opened ? first_opened_ : first_failed_);
  }
  if (opened) {
    if (awkward != nullptr && awkward->bytes_per_s > 0) result.connection->ReadSlowly(awkward->bytes_per_s);
    if (awkward != nullptr && awkward->pause_ns > 0) result.connection->SplitFrames(awkward->pause_ns);
    const int device = static_cast<int>(dial.client % plan_.devices);
    WebSocketClient& client =
        pool_.Add(std::make_unique<WebSocketClient>(std::move(result.connection), group_, plan_.biz_id, UserOf(dial),
                                                    device, MannersOf(awkward)),
                  {.client = dial.client, .generation = dial.generation});
    client.Start(result.finished_ns);
    departures_.OnCame(client, pool_.SeatOf(client), result.finished_ns);
    const bool surplus = !Arrived(dial, client, result.finished_ns);
    observer_.OnConnected(client);
    if (surplus && !given_up_) SendAway(client, Leaving::kInOrder);
    Arm(result.finished_ns);
  } else {
    OnNoConnection(dial, loop_.MonoNs());
  }
  TellIfAllTried();
  observer_.OnDialEnded();
}

bool Connector::Arrived(const DialFor& dial, WebSocketClient& client, int64_t now_ns) {
  bool wanted = IsWanted(dial.client);
  switch (dial.kind) {
    case DialFor::Kind::kFirst:
      break;
    case DialFor::Kind::kReplacement:
      recorder_.Replaced(client.awkward());
      break;
    case DialFor::Kind::kAgain:
      recorder_.Reconnected(now_ns - dial.since_ns, client.awkward());
      break;
    case DialFor::Kind::kMove: {
      const Move move = moves_.extract(dial.client).mapped();
      recorder_.Moved(now_ns - dial.since_ns, move.lost_ns == 0, client.awkward());
      if (move.lost_ns != 0) {
        recorder_.Reconnected(now_ns - move.lost_ns, client.awkward());
      } else if (move.old == nullptr) {
        wanted = false;  // it has left meanwhile, and another one has come
      } else if (Seat& old = pool_.SeatOf(*move.old); old.leaving == Leaving::kNot) {
        SendAway(*move.old, Leaving::kInOrder);
      } else if (old.leaving == Leaving::kInAStorm) {
        old.leaving = Leaving::kInOrder;  // the storm has come too late
      } else {
        wanted = false;
      }
      break;
    }
  }
  if (const auto place = crowd_.find(dial.client); wanted && place != crowd_.end()) {
    // It may have gone and come while a dial was under way.
    if (place->second != nullptr) return false;
    place->second = &client;
  }
  return wanted;
}

void Connector::OnNoConnection(const DialFor& dial, int64_t now_ns) {
  if (dial.kind == DialFor::Kind::kMove) {
    const Move move = moves_.extract(dial.client).mapped();
    // Where it still has a connection, it stays there until the server ends it.
    if (move.lost_ns == 0) return;
    return DialAgain({dial.client, dial.generation, DialFor::Kind::kAgain, 0, move.lost_ns}, now_ns);
  }
  DialFor again = dial;
  ++again.attempt;
  DialAgain(again, now_ns);
}

void Connector::DialAgain(const DialFor& dial, int64_t now_ns) {
  if (given_up_ || plan_.reconnect.off() || !IsWanted(dial.client)) return;
  const uint64_t turn = static_cast<uint64_t>(dial.since_ns) * 64 + static_cast<uint64_t>(dial.attempt);
  redials_.Add(now_ns + plan_.reconnect.WaitNs(dial.attempt, DrawLot(plan_.seed, LotFor::kBackoff, dial.client, turn)),
               dial);
  Arm(now_ns);
}

void Connector::TellIfAllTried() {
  if (!begun_ || told_all_tried_ || first_left_ > 0 || first_dialling_ > 0) return;
  if (given_up_ && dialling()) return;
  told_all_tried_ = true;
  observer_.OnAllTried(first_opened_, first_failed_);
}

}  // namespace wsload
