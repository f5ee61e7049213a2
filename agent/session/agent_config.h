// What an agent is and allows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "agent/host/cpu_quota.h"
#include "agent/host/host_facts.h"
#include "agent/load/load_engine.h"
#include "agent/load/upgrade_probe.h"
#include "agent/session/run_slot.h"
#include "common/loop/event_loop.h"
#include "common/net/source_list.h"
#include "common/net/target_list.h"

namespace wsload {

/// The same for all its runs.
struct AgentConfig {
  std::string name;            ///< host name by default
  int cores = 1;               ///< that it may use: UsableCores()
  int host_cores = 0;          ///< 0: as many
  int workers = 0;             ///< 0: as the plan says, else one per core
  SourceList local_addrs;      ///< of this host, to connect from; empty: as the plan says, else as the kernel chooses
  int64_t max_clients = 0;     ///< a slice with more is refused; 0: no bound
  TargetList allowed_targets;  ///< a plan for another server is refused
  RunSlot* slot = nullptr;     ///< shared by the agent's sessions, so that one runs at a time; null: nothing to share
  std::function<HostFacts()> host_facts;  ///< what else bounds a slice; null: nothing else does. Any thread
  std::function<CpuQuota()> cpu_quota;    ///< of its control groups; null: none. Any thread
  LoadEngineFactory engine_factory;
  UpgradeProbe upgrade_probe;  ///< null: this agent looks no further than TCP
  /// Deletes engines, which may take as long as closing a million sockets does; the loop answers others meanwhile. It
  /// outlives the sessions' loop. Null: the sessions' loop does it.
  EventLoop* teardown_loop = nullptr;
  /// Told what somebody who looks for a fault wants to read, a line each, redacted; null: nobody. The session's loop.
  std::function<void(const std::string& line)> debug_log;
};

}  // namespace wsload
