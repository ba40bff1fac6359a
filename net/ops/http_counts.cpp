#include "net/ops/http_counts.hpp"

namespace sellavie::net {
namespace {

using monitoring::webhook_rejection;

constexpr bool names_agree() {
  for (std::size_t i = 0; i < http_rejection_count; ++i)
    if (to_string(static_cast<http_rejection>(i)) != monitoring::http_refusals[i]) return false;
  return http_rejection_count == monitoring::http_refusals.size();
}
static_assert(names_agree());

/// What a refusal of the server means for the webhook that met it.
webhook_rejection rejection_of(http_rejection reason) noexcept {
  switch (reason) {
    case http_rejection::malformed:
    case http_rejection::header_too_large:
    case http_rejection::target_too_long:
    case http_rejection::not_implemented:
    case http_rejection::unknown_route: return webhook_rejection::malformed;
    case http_rejection::body_too_large: return webhook_rejection::too_large;
    case http_rejection::too_many_connections:
    case http_rejection::too_many_connections_of_peer:
    case http_rejection::buffers_full:
    case http_rejection::answers_full:
    case http_rejection::too_many_requests_in_flight: return webhook_rejection::overloaded;
    case http_rejection::timed_out: return webhook_rejection::timed_out;
    case http_rejection::handler_failed: break;
  }
  return webhook_rejection::unavailable;
}

}  // namespace

void http_counts::on_rejected(const http_refused& what) noexcept {
  metrics_.refused_http(static_cast<std::size_t>(what.reason)).increment();
  if (what.is_webhook) metrics_.rejected_webhooks(rejection_of(what.reason)).increment();
  if (what.request_id.empty()) return;
  try {
    write_line(what);
  } catch (...) {  // out of memory: the counters have it
  }
}

void http_counts::write_line(const http_refused& what) {
  const auto left_out = lines_.take(now_());
  if (!left_out) return;
  log_->warning("request_refused", {.request_id = monitoring::code{what.request_id}},
                {{"reason", monitoring::code{to_string(what.reason)}},
                 {"status", what.status},
                 {"webhook", what.is_webhook},
                 {"left_out_before", *left_out}});
}

}  // namespace sellavie::net
