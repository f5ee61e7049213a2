// Load engines that let AgentMetrics see what they report.
#pragma once

#include "agent/load/load_engine.h"
#include "agent/metrics/agent_metrics.h"

namespace wsload {

/// Engines of `inner`, whose upcalls reach `metrics` before the observer. `metrics` outlives them.
LoadEngineFactory NewMeteredEngineFactory(LoadEngineFactory inner, AgentMetrics& metrics);

}  // namespace wsload
