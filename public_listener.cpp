#include "public_listener.hpp"

#include "net/api/ask_actor.hpp"
#include "net/api/endpoints.hpp"
#include "net/client/client.hpp"
#include "net/connect/callback.hpp"
#include "net/dashboard/dashboard_routes.hpp"
#include "net/descriptors.hpp"
#include "net/http/client_address.hpp"
#include "net/pay/return_page.hpp"
#include "net/webhooks/payment_webhook.hpp"
#include "storage/api/access.hpp"
#include "system_ports.hpp"

namespace sellavie {
namespace {

net::http_limits limits_of(const config::settings& settings) {
  net::http_limits limits;
  limits.body_bytes = settings.limits.body_bytes;
  limits.connections = net::connections_within(net::raise_descriptor_limit(), limits.connections);
  limits.connections_per_address = settings.limits.connections_per_address;
  limits.buffered_bytes = settings.limits.buffered_bytes;
  limits.buffered_bytes_per_address = limits.buffered_bytes / config::limits_settings::buffered_share;
  for (const auto& proxy : settings.http.trusted_proxies)
    if (const auto block = net::address_block::parse(proxy)) limits.unbounded_peers.push_back(*block);
  return limits;
}

/// A client of its own: its connections and answers are few and small.
std::shared_ptr<actors::transport> make_client_for_people(const net::io_threads& io) {
  constexpr std::uint64_t largest_answer = 1024 * 1024;
  net::client_options options;
  options.limits.answer_bytes = largest_answer;
  options.limits.connections_per_origin = 8;
  options.limits.waiting_per_origin = 64;
  return net::client::make(io.contexts(), options).value();
}

}  // namespace

public_listener::public_listener(const net::io_threads& io, net::http_observer& counts, public_parts parts)
    : parts_{std::move(parts)} {
  net::router routes;
  add_webhooks(routes);
  add_payment_webhooks(routes);
  net::add_connect_callback(routes);
  net::add_pay_return(routes, {.worker = parts_.actors.payments,
                               .proxies = net::trusted_proxies{parts_.node->settings->http.trusted_proxies}});
  add_api(routes, io);
  net::add_dashboard(routes, parts_.node->settings->http.dashboard, *parts_.node->log);
  server_ = std::make_unique<net::http_server>(io.contexts(), std::move(routes),
                                               limits_of(*parts_.node->settings), &counts);
}

void public_listener::add_webhooks(net::router& routes) const {
  const auto& node = *parts_.node;
  const auto& meta = node.settings->meta;
  net::meta_webhook_dependencies webhook;
  for (const auto& secret : meta.app_secrets) webhook.app_secrets.emplace_back(secret.reveal());
  // Meta does not say which secret signs the webhooks of an Instagram login.
  if (const auto& secret = meta.instagram_app_secret; !secret.empty())
    webhook.app_secrets.emplace_back(secret.reveal());
  for (const auto& app : meta.apps)
    for (const auto& secret : app.secrets) webhook.app_secrets.emplace_back(secret.reveal());
  for (const auto& token : meta.verify_tokens) webhook.verify_tokens.push_back(token.reveal());
  webhook.limits.body_bytes = node.settings->limits.webhook_bytes;
  webhook.proxies = net::trusted_proxies{node.settings->http.trusted_proxies};
  webhook.directory = parts_.directories.routes;
  webhook.writer = parts_.actors.writer;
  webhook.time = node.time;
  webhook.metrics = node.metrics;
  webhook.log = node.log;
  net::add_meta_webhook(routes, std::move(webhook));
}

void public_listener::add_payment_webhooks(net::router& routes) const {
  const auto& node = *parts_.node;
  net::payment_webhook_dependencies webhook;
  webhook.body_bytes = node.settings->limits.payment_webhook_bytes;
  webhook.proxies = net::trusted_proxies{node.settings->http.trusted_proxies};
  webhook.directory = parts_.directories.payments;
  webhook.writer = parts_.actors.payment_events;
  webhook.time = node.time;
  webhook.ids = node.ids;
  webhook.metrics = node.metrics;
  webhook.log = node.log;
  net::add_payment_webhooks(routes, std::move(webhook));
}

void public_listener::add_api(net::router& routes, const net::io_threads& io) {
  const auto& node = *parts_.node;
  const auto access = std::make_shared<net::access_cache>();
  net::api_services services{
      node.settings,
      node.time,
      node.ids,
      system_random,
      node.secrets,
      parts_.tokens,
      node.log,
      std::make_shared<const net::actor_doors>(net::actor_doors{parts_.actors.registry, parts_.actors.model}),
      parts_.live,
      make_client_for_people(io),
      node.metrics};
  follow_access(*access);
  bridge_ = std::make_unique<net::bridge>(
      net::bridge_dependencies{std::move(services), parts_.database, access, node.metrics});
  bridge_->add_to(routes, net::all_endpoints(access, node.settings->limits));
}

/// Streams end when what they were opened with does.
void public_listener::follow_access(net::access_cache& access) {
  const auto session = std::make_shared<storage::api_session>(parts_.database, "sellavie/live");
  live_threads_ = std::make_unique<net::feed_threads>(
      parts_.live, parts_.node->time,
      [session](const std::vector<storage::access_subject>& readers, instant now) {
        return storage::find_accesses(*session, readers, now);
      });
  access.when_forgotten([threads = live_threads_.get()] { threads->check_soon(); });
}

result<void> public_listener::listen() {
  const auto& wanted = parts_.node->settings->http.listen;
  if (auto port = server_->listen(wanted.host, wanted.port); !port) return port.error();
  return {};
}

void public_listener::stop_accepting() {
  server_->stop_accepting();
  parts_.live->end_readers([](const net::feed_reader&) { return net::stream_end::restarting; });
}

}  // namespace sellavie
