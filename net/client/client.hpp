#pragma once
// The lean HTTP/1.1(S) client of the message path: keep-alive connections pooled by origin, one
// buffer per request, one coarse deadline tick per io_context. Follows no redirects, decodes no
// content encoding. For URLs from our own configuration only; tenants' URLs take the egress client.
//
// An outcome is honest: `not_sent` only when no byte of the request left us. A request whose reused
// connection turned out dead before anything was written is tried once more, nothing else is repeated.
//
// All requests to one origin run on one context. Contexts must outlive the client's last completion.

#include <atomic>
#include <memory>
#include <vector>

#include "actors/transport.hpp"
#include "net/client/limits.hpp"
#include "net/io_threads.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

class client_lane;
struct client_core;

class client final : public actors::transport {
 public:
  /// Fails when the extra CA file cannot be read.
  [[nodiscard]] static result<std::unique_ptr<client>> make(const io_contexts& contexts,
                                                            const client_options& options = {});
  client(const io_contexts& contexts, std::shared_ptr<const client_core> core);
  ~client() override;

  /// From any thread. A request that is refused at once completes before this returns; all others
  /// complete on an io thread.
  void send(actors::outbound_request request, completion done) override;

  /// Completes what is outstanding (on the io threads) and refuses what comes later. Idempotent.
  void close();

 private:
  std::vector<std::shared_ptr<client_lane>> lanes_;
  std::atomic<bool> closed_{false};
};

}  // namespace sellavie::net
