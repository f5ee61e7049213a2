// Who is to get a pushed message: a thread's connections by room and by user. Pure logic.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

namespace wsload::gateway {

/// To whom an upstream message is pushed on, its sender excepted.
struct ForwardSpec {
  enum class To {
    kNobody,
    kAll,
    kGroup,  ///< rooms of `group` consecutive user ids; a peer is a room of two
  };
  To to = To::kNobody;
  int64_t group = 0;

  friend bool operator==(const ForwardSpec&, const ForwardSpec&) = default;
};

/// "all", "peer", "group:50". kInvalidArgument says what is wanted.
absl::StatusOr<ForwardSpec> ParseForward(std::string_view text);

/// The room of that user; rooms count from `first_user_id`, below it too.
int64_t RoomOf(const ForwardSpec& spec, int64_t first_user_id, int64_t user);

class Audience {
 public:
  struct Member {
    uint64_t connection = 0;
    int64_t user = 0;
    int64_t device = 0;  ///< how many connections that user had here when this one came
  };

  Audience(const ForwardSpec& spec, int64_t first_user_id);

  void Join(uint64_t connection, int64_t user);
  /// Nothing when it is not here.
  void Leave(uint64_t connection);

  /// Replaces `members` by those of the room, `except` with all its devices left out.
  void OfRoom(int64_t room, int64_t except, std::vector<Member>& members) const;
  void OfUsers(const std::vector<int64_t>& users, std::vector<Member>& members) const;
  void All(std::vector<Member>& members) const;

 private:
  struct Seat {
    int64_t room = 0;
    size_t at = 0;  ///< in the room
  };

  const ForwardSpec spec_;
  const int64_t first_user_id_;
  std::unordered_map<int64_t, std::vector<Member>> rooms_;
  std::unordered_map<int64_t, std::vector<Member>> users_;
  std::unordered_map<uint64_t, Seat> seats_;  ///< by connection
};

}  // namespace wsload::gateway
