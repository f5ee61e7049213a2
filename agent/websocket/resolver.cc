#include "agent/websocket/resolver.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "common/time/clock.h"
#include "common/util/local_error.h"

namespace wsload {
namespace {

// A thousand dials to a name that does not exist ask for it once a second, not a thousand times.
constexpr int64_t kRetryAfterNs = kNsPerSecond;

}  // namespace

Resolver::Resolver(AsioEventLoop& loop, std::string host, uint16_t port)
    : loop_(loop), host_(std::move(host)), port_(port), resolver_(loop.io_context()) {
  if (const auto literal = SocketAddress::FromLiteral(host_, port_)) addresses_.push_back(*literal);
}

Resolver::State Resolver::Resolve(Callback changed) {
  if (!addresses_.empty()) return State::kReady;
  if (!error_.empty() && loop_.MonoNs() - failed_at_ns_ < kRetryAfterNs) return State::kFailed;
  if (under_way_) return State::kWaiting;
  under_way_ = true;
  try {
    BeginLookup(std::move(changed));
  } catch (const std::system_error& error) {
    // Asio looks names up on a thread that it makes for the first one.
    under_way_ = false;
    error_ =
        fmt::format("cannot look {} up: {}; raise the limit of processes (ulimit -u)", host_, error.code().message());
    failed_at_ns_ = loop_.MonoNs();
    return State::kFailed;
  }
  return State::kWaiting;
}

void Resolver::BeginLookup(Callback changed) {
  resolver_.async_resolve(
      host_, std::to_string(port_), asio::ip::resolver_base::numeric_service,
      scope_.Wrap([this, changed = std::move(changed)](const asio::error_code& error,
                                                       const asio::ip::tcp::resolver::results_type& results) mutable {
        under_way_ = false;
        error_ = {};
        for (const auto& result : results) {
          const asio::ip::tcp::endpoint endpoint = result.endpoint();
          addresses_.push_back(SocketAddress::FromSystem(endpoint.data(), static_cast<socklen_t>(endpoint.size())));
        }
        if (addresses_.empty()) {
          error_ = FillLocal({"cannot resolve {}: {}; is the name right, and known to this machine?",
                              "无法解析 {}：{}；名称是否正确，本机是否认识它？"},
                             host_, error ? LocalString(error.message()) : LocalString("no address", "没有地址"));
          failed_at_ns_ = loop_.MonoNs();
        }
        changed();
      }));
}

}  // namespace wsload
