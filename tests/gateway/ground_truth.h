// What the gateway saw: the figures against which the generator's own are held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace wsload::gateway {

/// upstream = acks_sent + acks_dropped + acks_unsent + acks_pending + rate_limited + queue_dropped + duplicates, at any
/// time.
struct GroundTruth {
  static constexpr size_t kMaxPeers = 1024;

  struct Handshakes {
    int64_t accepted = 0;
    std::map<int, int64_t> rejected;       ///< HTTP status to count
    int64_t delayed = 0;                   ///< had to wait for their turn: -handshake-rate
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
    int64_t cut = 0;               ///< by an abrupt restart
    int64_t accept_errors = 0;     ///< out of descriptors, mostly
  };
  struct Messages {
    int64_t upstream = 0;  ///< decoded and decrypted, also repeated and refused ones
    int64_t acks_sent = 0;
    int64_t acks_dropped = 0;
    int64_t acks_unsent = 0;          ///< their connection was gone or closing before they were due
    int64_t acks_pending = 0;         ///< not due yet
    int64_t rate_limited = 0;         ///< answered so: above -rate-limit, or the queue was full
    int64_t queue_dropped = 0;        ///< the queue was full, and no answer
    int64_t duplicates = 0;           ///< their key was known
    int64_t duplicate_acks_sent = 0;  ///< of duplicates, in no other count of acknowledgements
    int64_t duplicate_acks_dropped = 0;
    int64_t undecryptable = 0;
    int64_t undecodable = 0;
    int64_t heartbeats = 0;
    int64_t pushes_sent = 0;
    int64_t push_repeats = 0;
    int64_t downstream_acks = 0;  ///< that answered a push which was open
    int64_t redirects = 0;
    int64_t redirects_followed = 0;  ///< of these: the client closed the connection by itself before we did
    int64_t echoed = 0;              ///< in echo mode only
  };
  /// Pushes of what others sent or posted: due = sent - duplicated + lost + held + unsent, at any time.
  struct Delivery {
    int64_t messages = 0;    ///< to be pushed on
    int64_t overflowed = 0;  ///< of these, given up as the gateway was too far behind; in no other count
    int64_t due = 0;         ///< pushes: one for each connection that ought to get a message
    int64_t sent = 0;
    int64_t lost = 0;        ///< -push-loss
    int64_t duplicated = 0;  ///< sent a second time: -push-duplicate
    int64_t reordered = 0;   ///< sent right behind the next one of their sender: -push-reorder
    int64_t late = 0;        ///< likewise meant to be, but no next one came in time; sent after the wait, in order
    int64_t held = 0;        ///< wait for that
    int64_t unsent = 0;      ///< their connection was gone, closing or full before
    int64_t acks = 0;        ///< DOWNSTREAM_ACKs for them
  };
  struct Queue {
    double capacity_per_s = 0;  ///< servers / mean service time; 0: there is no queue
    int64_t admitted = 0;
    int64_t refused = 0;  ///< it was full; dropped, or in rate_limited
    int64_t longest = 0;  ///< most that waited at once
    int64_t longest_wait_ns = 0;
    int64_t service_ns = 0;  ///< of all that were admitted
  };
  /// What is refused while nobody listens is seen by nobody: the kernel answers.
  struct Restarts {
    int64_t count = 0;
    int64_t connections = 0;  ///< that were open and ended with it
    int64_t handshakes = 0;   ///< sockets without an upgrade that did
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
  Delivery forwards;                     ///< -forward
  Delivery posted;                       ///< POST /push
  std::map<int, int64_t> push_requests;  ///< requests of POST /push by status
  Restarts restarts;
  Queue queue;
  Traffic traffic;
  PerClient per_client;

  /// One more accepted handshake.
  void Accepted(const std::string& peer);

  /// Adds another thread's handshakes, messages, traffic and connection ends; not what is known for all threads
  /// together (open, peak, user ids, queue, per client).
  void Add(const GroundTruth& other);

  /// One line, without the newline.
  std::string ToJson() const;
};

}  // namespace wsload::gateway
