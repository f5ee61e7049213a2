// What the gateway saw: the figures against which the generator's own are held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace wsload::gateway {

/// upstream = acks_sent + acks_dropped + acks_unsent + acks_pending + rate_limited + duplicates, at any time.
struct GroundTruth {
  static constexpr size_t kMaxPeers = 1024;

  struct Handshakes {
    int64_t accepted = 0;
    std::map<int, int64_t> rejected;       ///< HTTP status to count
    int64_t checks = 0;                    ///< accepted, of the check before a run; in no other count of connections
    int64_t abandoned = 0;                 ///< connections that went away, or failed in TLS, before an answer
    std::map<std::string, int64_t> peers;  ///< source address to accepted ones; beyond kMaxPeers addresses: "others"
  };
  struct Connections {
    int64_t open = 0;
    int64_t peak = 0;
    int64_t closed_by_client = 0;  ///< the client's close frame came first
    int64_t closed_by_server = 0;  ///< ours went first
    int64_t broken = 0;            ///< no close frame at all
    int64_t accept_errors = 0;     ///< out of descriptors, mostly
  };
  struct Messages {
    int64_t upstream = 0;  ///< decoded and decrypted, also repeated and refused ones
    int64_t acks_sent = 0;
    int64_t acks_dropped = 0;
    int64_t acks_unsent = 0;   ///< their connection was gone or closing before they were due
    int64_t acks_pending = 0;  ///< not due yet
    int64_t rate_limited = 0;
    int64_t duplicates = 0;
    int64_t undecryptable = 0;
    int64_t undecodable = 0;
    int64_t heartbeats = 0;
    int64_t pushes_sent = 0;
    int64_t push_repeats = 0;
    int64_t downstream_acks = 0;  ///< that answered a push which was open
    int64_t redirects = 0;
    int64_t echoed = 0;  ///< in echo mode only
  };
  struct Traffic {
    int64_t frames_in = 0;
    int64_t frames_out = 0;
    int64_t bytes_in = 0;  ///< as the socket gave them (in TLS: decrypted), handshakes included
    int64_t bytes_out = 0;
  };
  struct PerClient {
    int64_t clients = 0;  ///< user ids; in echo mode connections
    int64_t min_upstream = 0;
    int64_t max_upstream = 0;
  };

  Handshakes handshakes;
  Connections connections;
  int64_t distinct_user_ids = 0;
  int64_t duplicate_user_ids = 0;  ///< ids that connected more than once
  Messages messages;
  Traffic traffic;
  PerClient per_client;

  /// One more accepted handshake.
  void Accepted(const std::string& peer);

  /// Adds another thread's handshakes, messages, traffic and connection ends; not what is known for all threads
  /// together (open, peak, user ids, per client).
  void Add(const GroundTruth& other);

  /// One line, without the newline.
  std::string ToJson() const;
};

}  // namespace wsload::gateway
