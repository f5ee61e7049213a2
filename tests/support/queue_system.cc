#include "tests/support/queue_system.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

namespace wsload {

QueueSystem::Figures QueueSystem::Run(int64_t rate_per_s, double duration_s) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int i = 0; i < options_.servers; ++i) free_at.push(0);
  std::deque<double> begins;  // of those that wait
  std::vector<double> responses;
  const auto messages = static_cast<int64_t>(static_cast<double>(rate_per_s) * duration_s);
  for (int64_t i = 0; i < messages; ++i) {
    const double now = static_cast<double>(i) / static_cast<double>(rate_per_s);
    while (!begins.empty() && begins.front() <= now) begins.pop_front();
    if (begins.size() >= options_.places) continue;
    const double begin = std::max(now, free_at.top());
    free_at.pop();
    if (begin > now) begins.push_back(begin);
    const double end = begin + Service();
    free_at.push(end);
    responses.push_back(end - now);
  }
  Figures figures;
  if (messages == 0) return figures;
  figures.success_ratio = static_cast<double>(responses.size()) / static_cast<double>(messages);
  const auto rank = static_cast<int64_t>(std::ceil(0.99 * static_cast<double>(responses.size()))) - 1;
  std::nth_element(responses.begin(), responses.begin() + rank, responses.end());
  figures.response_s_p99 = responses[static_cast<size_t>(rank)];
  return figures;
}

double QueueSystem::Capacity(double bound_s) const {
  const double all_busy = options_.servers / options_.service_s;
  if (!options_.exponential) return all_busy;
  const double slack = std::log(100) / (all_busy * bound_s);
  return -all_busy * slack / std::log(1 - slack);
}

double QueueSystem::Service() {
  if (!options_.exponential) return options_.service_s;
  return std::exponential_distribution<double>(1 / options_.service_s)(random_);
}

}  // namespace wsload
