// Who may look at a run, and who may end it.
#pragma once

#include <string>

#include "common/http/http_request.h"
#include "common/net/host_port.h"

namespace wsload {

/// What a dashboard was told to serve. A browser carries requests of any page to any address, so that an address which
/// only this host reaches is not protection enough.
struct DashboardAccess {
  HostPort address;         ///< that it listens on, with its port
  std::string token;        ///< empty: whoever reaches it may look
  std::string stop_secret;  ///< that the page was served with
};

/// Empty: may look. Else the whole answer: 421 to a request for another host than this one (a name that was bent to
/// this address), 403 to one from another origin, 401 without the token, which is the password of HTTP's Basic
/// authentication, or a bearer token.
std::string RefuseToShow(const HttpRequest& request, const DashboardAccess& access);

/// Empty: may stop the run, which takes more: POST, and the secret in X-Wsload-Secret, which no other page can read or
/// send. Else the whole answer. After RefuseToShow().
std::string RefuseToStop(const HttpRequest& request, const DashboardAccess& access);

}  // namespace wsload
