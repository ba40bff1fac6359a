#include "net/ops/http_counts.hpp"

namespace sellavie::net {
namespace {

constexpr bool names_agree() {
  for (std::size_t i = 0; i < http_rejection_count; ++i)
    if (to_string(static_cast<http_rejection>(i)) != monitoring::http_refusals[i]) return false;
  return http_rejection_count == monitoring::http_refusals.size();
}
static_assert(names_agree());

}  // namespace

void http_counts::on_rejected(http_rejection reason) noexcept {
  using enum monitoring::webhook_rejection;
  metrics_.refused_http(static_cast<std::size_t>(reason)).increment();
  if (reason == http_rejection::body_too_large) metrics_.rejected_webhooks(too_large).increment();
  if (reason == http_rejection::too_many_requests_in_flight || reason == http_rejection::buffers_full)
    metrics_.rejected_webhooks(overloaded).increment();
  if (reason == http_rejection::malformed) metrics_.rejected_webhooks(malformed).increment();
}

}  // namespace sellavie::net
