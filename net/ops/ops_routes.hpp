#pragma once
// The routes of the private listener: metrics and health, for Prometheus and orchestrators. Served by
// an http_server of its own, never by the public one.

#include <functional>
#include <string>
#include <vector>

#include "net/http/router.hpp"

namespace sellavie::net {

struct readiness {
  bool ready = false;
  /// Why not; names of dependencies, no secrets.
  std::vector<std::string> reasons;
};

/// Called on an io thread for each request: quick, thread-safe, may throw (500).
struct ops_callbacks {
  /// The Prometheus text exposition.
  std::function<std::string()> metrics;
  std::function<readiness()> ready;
};

/// GET /metrics, /healthz (200 while the process serves at all), /readyz (200 or 503 with reasons).
[[nodiscard]] router make_ops_routes(ops_callbacks callbacks);

}  // namespace sellavie::net
