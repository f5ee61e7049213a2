// What one run does, in the units the engine works in; flags become this, and
// this is all an agent gets to know. Flag, range, help and more of every field: plan_fields.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/net/header_list.h"
#include "common/net/http_url.h"
#include "common/net/server_url.h"
#include "common/net/source_list.h"
#include "common/net/subprotocol_list.h"
#include "common/plan/compression.h"
#include "common/plan/push_audience.h"
#include "common/schedule/rate.h"
#include "common/schedule/schedule.h"
#include "common/schedule/stage_list.h"
#include "common/time/clock.h"
#include "common/util/choice.h"

namespace wsload {

enum class Protocol { kGateway, kEcho };
enum class Serializer { kJson, kProto };
enum class CipherKind { kNone, kAesGcm, kChaCha20Poly1305 };

template <>
inline constexpr std::array kChoices<Protocol> = {Choice{Protocol::kGateway, "gateway"},
                                                  Choice{Protocol::kEcho, "echo"}};
template <>
inline constexpr std::array kChoices<Serializer> = {Choice{Serializer::kJson, "json"},
                                                    Choice{Serializer::kProto, "proto"}};
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
  int64_t duration_ns = 60 * kNsPerSecond;  ///< with stages, their sum
  int64_t conn_timeout_ns = 10 * kNsPerSecond;
  int64_t resp_timeout_ns = 1 * kNsPerSecond;
  int64_t ramp_up_ns = 10 * kNsPerSecond;
  int64_t msg_size_bytes = 100;
  StageList stages;  ///< empty: the rate is mps throughout
  Arrivals arrivals = Arrivals::kConstant;
  int64_t seed = 0;  ///< of all that is drawn by lot and must be the same everywhere; 0: chosen when a run begins
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

/// The rate over the measure phase.
RateProfile ProfileOf(const RunPlan& plan);

/// When the run's messages are due. With Poisson arrivals it takes milliseconds for billions of them: where it is
/// needed again it is kept, and copies share what they know.
Schedule ScheduleOf(const RunPlan& plan);

/// Messages a second on average over the measure phase: expected, and with Poisson arrivals those that the seed draws.
double MeanPerSecond(const RunPlan& plan);
double PlannedPerSecond(const RunPlan& plan);

/// From the end of the load on: for how long messages, and pushes of them, are awaited at most.
int64_t DrainNs(const RunPlan& plan);

/// OK, or kInvalidArgument with one line that names the flag, the value and the mend.
/// Checks every field's range and every combination that cannot work; an agent runs it again
/// on what came over the network.
absl::Status ValidatePlan(const RunPlan& plan);

}  // namespace wsload
