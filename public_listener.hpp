#pragma once
// What the world reaches: webhooks of Meta and of payment providers, the ways back from Meta's logins and from pay pages,
// the REST bridge and its live events, and the dashboard where it was built, all behind one HTTP server. Lifecycle: construct,
// listen(), stop_accepting(), drain().

#include <chrono>
#include <memory>

#include "actors/services.hpp"
#include "directory_watch.hpp"
#include "net/api/bridge.hpp"
#include "net/feed/feed_threads.hpp"
#include "net/http/server.hpp"
#include "node_actors.hpp"

namespace sellavie {

struct public_parts {
  std::shared_ptr<const actors::services> node;
  node_actors actors;
  storage::database_access database;
  webhook_directories directories;
  std::shared_ptr<net::feed_hub> live;
  std::shared_ptr<const api::access_token_keys> tokens;
};

class public_listener {
 public:
  /// `io` and `counts` outlive it.
  public_listener(const net::io_threads& io, net::http_observer& counts, public_parts parts);

  /// At the configured address.
  [[nodiscard]] result<void> listen();
  /// Nobody new from now on; who watches events is told that the server starts again.
  void stop_accepting();
  void drain(std::chrono::milliseconds limit) { server_->drain(limit); }

 private:
  void add_webhooks(net::router& routes) const;
  void add_payment_webhooks(net::router& routes) const;
  void add_api(net::router& routes, const net::io_threads& io);
  void follow_access(net::access_cache& access);

  public_parts parts_;
  std::unique_ptr<net::http_server> server_;
  std::unique_ptr<net::bridge> bridge_;
  std::unique_ptr<net::feed_threads> live_threads_;
};

}  // namespace sellavie
