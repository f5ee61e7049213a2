#include "agent/service/call_guard.h"

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

#include "common/security/access_token.h"

namespace wsload {
namespace {

// Someone who guesses must not fill the disk.
constexpr int64_t kLogIntervalNs = kNsPerSecond;

}  // namespace

grpc::Status CallGuard::Check(const grpc::CallbackServerContext& context) {
  if (token_.empty()) return grpc::Status::OK;
  const auto& metadata = context.client_metadata();
  const auto sent = metadata.find(kAuthorizationMetadata);
  if (sent == metadata.end()) {
    LogRefusal(context.peer(), "no token");
    return {grpc::StatusCode::UNAUTHENTICATED, "the agent wants a token"};
  }
  if (!CarriesToken(std::string_view(sent->second.data(), sent->second.size()), token_)) {
    LogRefusal(context.peer(), "a wrong token");
    return {grpc::StatusCode::UNAUTHENTICATED, "the agent has another token"};
  }
  return grpc::Status::OK;
}

void CallGuard::LogRefusal(const std::string& peer, const char* what) {
  const std::lock_guard lock(mutex_);
  const int64_t now = clock_.MonoNs();
  if (now < next_log_ns_) {
    ++not_logged_;
    return;
  }
  spdlog::warn("{}: refused: {}{}", peer, what,
               not_logged_ == 0 ? std::string() : fmt::format(" ({} more since the last such line)", not_logged_));
  next_log_ns_ = now + kLogIntervalNs;
  not_logged_ = 0;
}

}  // namespace wsload
