// What one run does, in the units the engine works in; flags become this, and
// this is all an agent gets to know. Flag, range, help and more of every field: plan_fields.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/lives/awkward_list.h"
#include "common/lives/backoff.h"
#include "common/lives/lifetime.h"
#include "common/lives/storm_list.h"
#include "common/net/header_list.h"
#include "common/net/http_url.h"
#include "common/net/server_url.h"
#include "common/net/source_list.h"
#include "common/net/subprotocol_list.h"
#include "common/plan/compression.h"
#include "common/plan/message_sizes.h"
#include "common/plan/push_audience.h"
#include "common/schedule/rate.h"
#include "common/schedule/schedule.h"
#include "common/schedule/stage_list.h"
#include "common/time/clock.h"
#include "common/util/choice.h"

namespace wsload {

enum class Redirect {
  kCount,   ///< the client stays where it is
  kFollow,  ///< it goes where it is sent
};
enum class Protocol { kGateway, kEcho };
enum class Serializer { kJson, kProto };
enum class CipherKind { kNone, kAesGcm, kChaCha20Poly1305 };

/// What makes messages due.
enum class LoadModel {
  kOpen,    ///< the schedule, whatever the server does
  kClosed,  ///< the end of the one before: as many are outstanding on every connection as the plan says
};

template <>
inline constexpr std::array kChoices<Protocol> = {Choice{Protocol::kGateway, "gateway"},
                                                  Choice{Protocol::kEcho, "echo"}};
template <>
inline constexpr std::array kChoices<Redirect> = {Choice{Redirect::kCount, "count"},
                                                  Choice{Redirect::kFollow, "follow"}};
template <>
inline constexpr std::array kChoices<Serializer> = {Choice{Serializer::kJson, "json"},
                                                    Choice{Serializer::kProto, "proto"}};
template <>
inline constexpr std::array kChoices<LoadModel> = {Choice{LoadModel::kOpen, "open"},
                                                   Choice{LoadModel::kClosed, "closed"}};
template <>
inline constexpr std::array kChoices<CipherKind> = {Choice{CipherKind::kAesGcm, "aes"},
                                                    Choice{CipherKind::kChaCha20Poly1305, "chacha20poly1305"},
                                                    Choice{CipherKind::kNone, "none"}};

/// As the mock gateway takes it.
inline constexpr char kDefaultPushBody[] = R"({"to":{{user}},"text":"{{stamp}}"})";

struct RunPlan {
  // The contract's flags; the defaults are the original client's.
  int64_t clients = 10;
  /// Of messages, over all clients and agents; with stages, the rate before the first one. 0: connections alone.
  Rate mps = 1;
  int64_t duration_ns = 60 * kNsPerSecond;  ///< of what is measured; with stages, their sum
  int64_t conn_timeout_ns = 10 * kNsPerSecond;
  int64_t resp_timeout_ns = 1 * kNsPerSecond;
  int64_t ramp_up_ns = 10 * kNsPerSecond;
  int64_t msg_size_bytes = 100;  ///< with `size`, its mean
  StageList stages;              ///< empty: the rate is mps throughout
  Arrivals arrivals = Arrivals::kConstant;
  /// How long the load runs before it is measured; its rate is mps, and with stages alone that of the first one.
  int64_t warm_up_ns = 0;
  int64_t seed = 0;  ///< of all that is drawn by lot and must be the same everywhere; 0: chosen when a run begins
  // What becomes of connections.
  StageList clients_stages;  ///< numbers of clients; empty: all of them, from the ramp-up on
  Backoff reconnect;         ///< off: who has lost his connection stays away
  Lifetime session;          ///< of each client, which leaves in order and is followed by a new one
  Rate churn = 0;            ///< clients replaced, over all agents
  Redirect redirect = Redirect::kCount;
  StormList storm;
  int32_t devices = 1;  ///< connections of one user
  AwkwardList awkward;  ///< clients that behave badly, in figures of their own
  ServerUrl server;
  SourceList local_addrs;  ///< empty: the agent's own, else as the kernel chooses

  Protocol protocol = Protocol::kGateway;
  Serializer serializer = Serializer::kJson;
  CipherKind cipher = CipherKind::kAesGcm;
  std::string cipher_key;  ///< secret: never printed, logged or written to results
  Compression compress = Compression::kOff;
  int64_t heartbeat_ns = 30 * kNsPerSecond;  ///< 0: none
  SubprotocolList subprotocol;
  /// Of the close frames that end the connections; 0: none in them.
  int32_t close_code = 1001;
  HeaderList headers;
  std::string ca_pem;  ///< PEM text; empty: the system's certificates
  bool insecure_skip_verify = false;

  int64_t biz_id = 9999;
  int64_t first_user_id = 10000;  ///< client i is user first_user_id + i
  std::string jwt_key;            ///< secret
  std::string jwt_issuer = "mock";
  std::string token_param = "token";
  int64_t token_ttl_s = 24 * 3600;

  MessageSizes size;  ///< none: all messages have msg_size_bytes
  /// How often a message without an answer is sent again, each time after resp_timeout_ns.
  int32_t retry = 0;
  LoadModel model = LoadModel::kOpen;  ///< closed: without mps, stages and arrivals, for duration_ns
  int32_t in_flight = 1;               ///< of the closed model: messages outstanding on every connection

  int32_t workers = 0;  ///< worker threads per agent; 0: one per core
  int64_t report_interval_ns = 1 * kNsPerSecond;

  PushMode push = PushMode::kOff;
  PushAudience push_to;  ///< of every message; empty without stamps
  /// How long pushes are awaited after the end of the load.
  int64_t push_wait_ns = 2 * kNsPerSecond;
  HttpUrl push_url;      ///< where a back end takes pushes; empty: nothing is posted
  Rate push_rate = 100;  ///< of posts, over all agents
  std::string push_body = kDefaultPushBody;

  friend bool operator==(const RunPlan&, const RunPlan&) = default;
};

/// The keys of the gateway's demo deployment (public, printed in its sources):
/// what a run without key files uses.
inline constexpr char kDemoJwtKey[] = "tokqi017kqczcj0qvu6zg9zsyjtc0q0b";
inline constexpr char kDemoCipherKey[] = "1234567890abcdef1234567890abcdef";

/// Of RunPlan::ca_pem.
inline constexpr size_t kMaxCaBytes = 4 << 20;

/// How many of the clients behave well: what the run's own figures are about.
int64_t WellBehavedClients(const RunPlan& plan);

/// Whether a client may need another connection than its first.
bool ClientsDialAgain(const RunPlan& plan);

/// The most clients that these stages lead to.
int64_t LargestCrowd(const StageList& clients_stages);

/// How long the load is: the warm-up, and what is measured.
int64_t LoadNs(const RunPlan& plan);

/// The rate over the whole load. The warm-up changes nothing of what comes after it.
RateProfile ProfileOf(const RunPlan& plan);

/// When the run's messages are due, those of the warm-up first. With Poisson arrivals it takes milliseconds for
/// billions of them: where it is needed again it is kept, and copies share what they know.
Schedule ScheduleOf(const RunPlan& plan);

/// Messages a second on average over the measure phase: expected, and with Poisson arrivals those that the seed draws.
double MeanPerSecond(const RunPlan& plan);
double PlannedPerSecond(const RunPlan& plan);

/// Of messages' texts; never none.
MessageSizes SizesOf(const RunPlan& plan);

/// From the moment a message is sent for the first time to its end at the latest.
int64_t AnswerTimeNs(const RunPlan& plan);

/// From the end of the load on: for how long messages, and pushes of them, are awaited at most.
int64_t DrainNs(const RunPlan& plan);

/// Messages that are due in the measure phase.
int64_t PlannedMessages(const RunPlan& plan);

/// OK, or kInvalidArgument with one line that names the flag, the value and the mend.
/// Checks every field's range and every combination that cannot work; an agent runs it again
/// on what came over the network.
absl::Status ValidatePlan(const RunPlan& plan);

}  // namespace wsload
