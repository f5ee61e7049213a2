#include "agent/service/call_guard.h"

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

#include "agent/service/peer_address.h"
#include "common/security/access_token.h"

namespace wsload {

void CallGuard::SetToken(std::string token) {
  const std::lock_guard lock(mutex_);
  token_ = std::move(token);
}

grpc::Status CallGuard::Check(const grpc::CallbackServerContext& context) {
  if (!wants_token_) return grpc::Status::OK;
  const auto& metadata = context.client_metadata();
  const auto sent = metadata.find(kAuthorizationMetadata);
  const std::string peer = context.peer();
  const std::string network = NetworkOf(peer);
  // Looked at one by one: calls side by side would all be let through before the first wrong one counts.
  const std::lock_guard lock(mutex_);
  const int64_t now_ns = clock_.MonoNs();
  if (sent == metadata.end()) {
    LogRefusal(peer, "no token", now_ns);
    return {grpc::StatusCode::UNAUTHENTICATED, "the agent wants a token"};
  }
  if (!guesses_.MayTry(network, now_ns)) {
    LogRefusal(peer, "not looked at after too many wrong tokens", now_ns);
    return {grpc::StatusCode::UNAUTHENTICATED, kTooManyWrongTokens};
  }
  if (!CarriesToken(std::string_view(sent->second.data(), sent->second.size()), token_)) {
    guesses_.CountWrong(network, now_ns);
    LogRefusal(peer, "a wrong token", now_ns);
    return {grpc::StatusCode::UNAUTHENTICATED, "the agent has another token"};
  }
  return grpc::Status::OK;
}

void CallGuard::LogRefusal(const std::string& peer, const char* what, int64_t now_ns) {
  // Someone who guesses must not fill the disk.
  if (!log_lines_.Free(now_ns)) {
    ++not_logged_;
    return;
  }
  log_lines_.Take(now_ns);
  spdlog::warn("{}: refused: {}{}", peer, what,
               not_logged_ == 0 ? std::string() : fmt::format(" ({} more since the last such line)", not_logged_));
  not_logged_ = 0;
}

}  // namespace wsload
