// What is counted, and how counts of two slices add up. Whatever reads them loops over common/stats/figure_list.h; the
// meaning of each word is in docs/measurement.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace wsload {

/// Cause to count. Bounded: the 65th distinct cause and all after it count as "other".
using CauseCounts = std::map<std::string, int64_t, std::less<>>;

/// Cause to one example of what happened, redacted: one line of at most kMaxExampleBytes. Causes that were counted, and
/// not each of them.
using CauseExamples = std::map<std::string, std::string, std::less<>>;

inline constexpr size_t kMaxExampleBytes = 240;

/// `text` as an example: one printable line within the bound, without credentials.
std::string MakeExample(std::string_view text);

/// What a report may carry as one: not empty, within the bound, UTF-8, one line.
bool IsExample(std::string_view text);

inline constexpr size_t kMaxNamedCauses = 64;
inline constexpr size_t kMaxCauseNameLength = 64;
inline constexpr char kOtherCause[] = "other";

/// 1 to 64 of a-z, 0-9, _ and /, in http_N an HTTP status (100 to 599) and in closed_N a close code (1000 to 4999):
/// what a report may carry.
bool IsCauseName(std::string_view name);

/// Adds `count` to `cause` under the bound of CauseCounts; what is no cause name counts as "other", too.
void AddCause(CauseCounts& causes, std::string_view cause, int64_t count = 1);

/// Keeps `example` for a cause that is in `causes` and has none in `examples`.
void AddExample(CauseExamples& examples, const CauseCounts& causes, std::string_view cause, std::string_view example);

/// "http_403 1, refused 3"; empty when there is none.
std::string JoinCauses(const CauseCounts& causes);

struct ConnectionCounters {
  int64_t attempted = 0;
  int64_t opened = 0;
  int64_t failed = 0;      ///< the sum of failures
  int64_t lost = 0;        ///< the sum of losses
  int64_t closed = 0;      ///< by the run itself
  int64_t compressed = 0;  ///< of the opened ones; the sum of compressions
  int64_t redialled = 0;   ///< of the attempted ones: not the client's first
  // Of the opened ones; the others are those of clients that were not there before.
  int64_t reconnected = 0;  ///< of clients that had lost theirs
  int64_t replaced = 0;     ///< of clients in the place of ones that had left in order
  int64_t moved = 0;        ///< of clients that were redirected, and still had their old one
  CauseCounts failures = {};
  CauseCounts losses = {};
  CauseCounts compressions = {};  ///< what was agreed, to count: "context_15/no_context_15"
  CauseExamples failure_examples = {};
  CauseExamples loss_examples = {};

  /// Open now.
  int64_t active() const { return opened - lost - closed; }

  /// Clients that had a connection at some time, one in the place of another not counted.
  int64_t clients_opened() const { return opened - reconnected - replaced - moved; }

  /// Lost ones whose clients have none again.
  int64_t not_back() const { return lost - reconnected; }

  void Merge(const ConnectionCounters& other);
  friend bool operator==(const ConnectionCounters&, const ConnectionCounters&) = default;
};

struct Counters {
  int64_t scheduled = 0;
  int64_t success = 0;
  // Failures by cause.
  int64_t timeout = 0;
  int64_t rate_limited = 0;
  int64_t connection_lost = 0;
  int64_t send_error = 0;
  int64_t refused = 0;  ///< by protocol: an acknowledgement that cannot be read, a close with a policy code
  int64_t unsent = 0;
  // Beside the conservation sum.
  int64_t late_acks = 0;
  int64_t duplicate_acks = 0;
  int64_t retries = 0;           ///< attempts after a message's first
  int64_t success_by_retry = 0;  ///< among the successes: the answer came after the first attempt had been given up
  int64_t heartbeats_sent = 0;
  int64_t heartbeats_acked = 0;
  int64_t pushes = 0;
  int64_t pushes_repeated = 0;  ///< among the pushes: had before by the same connection
  int64_t unsolicited = 0;
  int64_t broadcasts = 0;
  int64_t redirects = 0;
  int64_t undecodable = 0;
  int64_t bytes_sent = 0;
  int64_t bytes_received = 0;
  int64_t loop_stalls = 0;
  // Of stamped messages (-push=stamp), counted once for each of those who ought to get one, or got one.
  int64_t push_expected = 0;
  int64_t push_unconfirmed = 0;   ///< among the expected: of messages without an acknowledgement
  int64_t push_received = 0;      ///< first copies
  int64_t push_duplicates = 0;    ///< further copies, under another key
  int64_t push_out_of_order = 0;  ///< among the received: behind a later one of the same sender
  int64_t push_misdirected = 0;   ///< came to somebody who ought not to get it
  int64_t push_strangers = 0;     ///< stamped by another run
  int64_t push_untracked = 0;     ///< among the received: whether it came before is not known
  // To a back end (-push-url).
  int64_t posts = 0;             ///< due
  int64_t posts_accepted = 0;    ///< answered with 2xx
  int64_t posts_refused = 0;     ///< answered otherwise
  int64_t posts_unanswered = 0;  ///< they left, and no answer came in time
  int64_t posts_unsent = 0;      ///< nothing of them left
  ConnectionCounters connections = {};

  /// The sum of the failures by cause.
  int64_t failed() const;

  /// Those that left: a connection took them.
  int64_t sent() const { return scheduled - unsent - send_error; }

  /// Pushes that ought to have come and did not; while a run goes on, also those that are on their way.
  int64_t push_lost() const { return push_received < push_expected ? push_expected - push_received : 0; }

  /// Due and not yet ended; 0 at the end of every run.
  int64_t posts_open() const { return posts - posts_accepted - posts_refused - posts_unanswered - posts_unsent; }

  /// Scheduled and not yet ended in success, failure or unsent. 0 at the end of every run: that is conservation.
  int64_t open() const { return scheduled - success - failed() - unsent; }

  void Merge(const Counters& other);
  friend bool operator==(const Counters&, const Counters&) = default;
};

}  // namespace wsload
