#include "common/plan/push_posts.h"

namespace wsload {

Schedule PostScheduleOf(const RunPlan& plan) {
  return Schedule(RateProfile(plan.push_url.empty() ? Rate() : plan.push_rate, plan.duration_ns));
}

Progression PostsOf(const RunPlan& plan, int agent, int agents, int worker, int workers) {
  return Progression{.count = PostScheduleOf(plan).total()}.Part(agent, agents).Part(worker, workers);
}

}  // namespace wsload
