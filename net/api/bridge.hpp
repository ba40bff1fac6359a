#pragma once
// The REST bridge: puts the API's operations on the router and runs each request through the same
// steps, so that no handler can forget one:
//
//   io thread   rate limit -> token -> path ids -> queue (full: 503)
//   worker      client still there -> session alive, member, role -> query, headers, body against the declaration -> handler
//
// Strangers to a business are told 404, members without the permission 403. No answer is
// cached or sniffed. What fails on our side is logged with its reason under the request's id.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "monitoring/metrics.hpp"
#include "net/api/access_cache.hpp"
#include "net/api/call.hpp"
#include "net/http/router.hpp"
#include "storage/connect.hpp"

namespace sellavie::net {

struct bridge_dependencies {
  api_services services;
  storage::database_access database;
  std::shared_ptr<access_cache> access;
  std::shared_ptr<monitoring::metrics> metrics;
};

class bridge {
 public:
  explicit bridge(bridge_dependencies dependencies);
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  /// Adds the routes of `endpoints` and GET /api/v1/openapi.json.
  void add_to(router& routes, std::vector<api_endpoint> endpoints);
  /// Ends the workers; requests that still wait are answered 500 by their responders. Blocks until the
  /// work under way has ended. The server itself exits without it (ADR 9).
  void stop();

 private:
  struct internals;
  std::shared_ptr<internals> internals_;
};

}  // namespace sellavie::net
