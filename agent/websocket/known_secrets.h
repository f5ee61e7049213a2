// What a server was told in confidence, kept out of what is quoted of its answers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/header_list.h"
#include "common/net/ws_url.h"

namespace wsload {

/// `user_info` as an Authorization header carries it behind "Basic " (RFC 7617).
std::string BasicCredentials(std::string_view user_info);

/// The values of all headers and query parameters of a run, whatever their names, and the user part of its URL.
class KnownSecrets {
 public:
  /// Shorter ones are numbers and flags: to hide every 1 would hide what a server says of itself.
  static constexpr size_t kLeastSize = 3;

  KnownSecrets(const WsUrl& url, const HeaderList& headers);

  /// At most `limit` characters of what the server says, as Shown() shows it, without the secrets: as they were sent,
  /// in their parts (behind "Bearer", of a cookie), percent-decoded, or begun and cut off at the end.
  std::string Quoted(std::string_view text, size_t limit) const;

 private:
  void Add(std::string_view secret);
  void AddValue(std::string_view value);

  std::vector<std::string> secrets_;  ///< the longest first
};

}  // namespace wsload
