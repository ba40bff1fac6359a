#include "net/client/client.hpp"

#include <stdexcept>
#include <utility>

#include "net/client/client_lane.hpp"
#include "net/client/target.hpp"

namespace sellavie::net {

result<std::unique_ptr<client>> client::make(const io_contexts& contexts, const client_options& options) {
  auto tls = make_client_tls(options.extra_ca_file);
  if (!tls) return tls.error();
  auto core = std::make_shared<client_core>();
  core->limits = options.limits;
  core->tls = std::move(*tls);
  return std::make_unique<client>(contexts, std::move(core));
}

client::client(const io_contexts& contexts, std::shared_ptr<const client_core> core) {
  if (contexts.empty()) throw std::invalid_argument{"client needs an io_context"};
  for (boost::asio::io_context* context : contexts)
    lanes_.push_back(std::make_shared<client_lane>(*context, core));
}

client::~client() { close(); }

void client::send(actors::outbound_request request, completion done) {
  if (closed_.load(std::memory_order_acquire)) return complete_not_sent(done, "shut down");
  auto ready = serialise(request);
  if (!ready) return complete_not_sent(done, ready.error().detail);
  client_lane& lane = *lanes_[origin_hash{}(ready->to) % lanes_.size()];
  const auto deadline = exchange::clock::now() + request.timeout;
  lane.submit(std::make_unique<exchange>(std::move(*ready), deadline, std::move(done)));
}

void client::close() {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return;
  for (const auto& lane : lanes_) lane->close();
}

}  // namespace sellavie::net
