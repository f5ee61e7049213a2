#include "tests/gateway/audience.h"

#include <algorithm>
#include <charconv>

#include "common/util/local_error.h"

namespace wsload::gateway {

absl::StatusOr<ForwardSpec> ParseForward(std::string_view text) {
  constexpr std::string_view kGroup = "group:";
  constexpr int64_t kMostMembers = 1'000'000'000;
  if (text == "all") return ForwardSpec{ForwardSpec::To::kAll, 0};
  if (text == "peer") return ForwardSpec{ForwardSpec::To::kGroup, 2};
  if (text.starts_with(kGroup)) {
    text.remove_prefix(kGroup.size());
    ForwardSpec spec{ForwardSpec::To::kGroup, 0};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), spec.group);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (whole && spec.group >= 2 && spec.group <= kMostMembers) return spec;
  }
  return LocalInvalidArgument(
      {"want all, peer, or group: with the number of members, at least 2, such as group:50",
       "应为 all、peer，或 group: 加上成员数（至少 2），如 group:50"});
}

int64_t RoomOf(const ForwardSpec& spec, int64_t first_user_id, int64_t user) {
  if (spec.to != ForwardSpec::To::kGroup) return 0;
  // Differences of ids may be larger than an int64_t; which room it then is does not matter, as long as it is one.
  const auto offset = static_cast<int64_t>(static_cast<uint64_t>(user) - static_cast<uint64_t>(first_user_id));
  return offset >= 0 ? offset / spec.group : -1 - (-1 - offset) / spec.group;
}

Audience::Audience(const ForwardSpec& spec, int64_t first_user_id) : spec_(spec), first_user_id_(first_user_id) {}

void Audience::Join(uint64_t connection, int64_t user) {
  const int64_t room = RoomOf(spec_, first_user_id_, user);
  std::vector<Member>& devices = users_[user];
  std::vector<Member>& members = rooms_[room];
  const Member member{connection, user, static_cast<int64_t>(devices.size())};
  if (!seats_.emplace(connection, Seat{room, members.size()}).second) return;
  members.push_back(member);
  devices.push_back(member);
}

void Audience::Leave(uint64_t connection) {
  const auto seat = seats_.find(connection);
  if (seat == seats_.end()) return;
  const auto room = rooms_.find(seat->second.room);
  std::vector<Member>& members = room->second;
  const int64_t user = members[seat->second.at].user;
  // The last one takes the empty seat.
  members[seat->second.at] = members.back();
  seats_.at(members.back().connection).at = seat->second.at;
  members.pop_back();
  if (members.empty()) rooms_.erase(room);
  seats_.erase(seat);

  const auto devices = users_.find(user);
  std::erase_if(devices->second, [connection](const Member& member) { return member.connection == connection; });
  if (devices->second.empty()) users_.erase(devices);
}

void Audience::OfRoom(int64_t room, int64_t except, std::vector<Member>& members) const {
  members.clear();
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  for (const Member& member : found->second) {
    if (member.user != except) members.push_back(member);
  }
}

void Audience::OfUsers(const std::vector<int64_t>& users, std::vector<Member>& members) const {
  members.clear();
  for (const int64_t user : users) {
    const auto found = users_.find(user);
    if (found != users_.end()) members.insert(members.end(), found->second.begin(), found->second.end());
  }
}

void Audience::All(std::vector<Member>& members) const {
  members.clear();
  for (const auto& [room, in_room] : rooms_) members.insert(members.end(), in_room.begin(), in_room.end());
}

}  // namespace wsload::gateway
