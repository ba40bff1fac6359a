#pragma once
// POST /webhooks/payments/{paystack|flutterwave|stripe}/{connection}: signature over the raw bytes, the event as a hint of
// what to ask about to the payment_event_writer; 200 only after it is committed with the job that asks. Runs on io
// threads; never blocks. Nothing of the body is kept or believed (docs/adr/0038).
//
//  R1 An unknown connection, one of another provider, one without secrets and a bad signature are answered alike, after
//     about the same work: where there is no secret a dummy is tried.
//  R2 What is signed is never limited. An address that was refused `forgeries_per_minute` times is told 429 instead of
//     403, whatever it asks for; no log line is spent on it.
//  R3 Signed and unreadable: counted, logged, answered 200, because each repetition would be as unreadable and providers end
//     what fails too often. The payment is found by asking.
//  R4 Not stored for certain, or not in time: 503, so that it comes again. What was stored meanwhile is then known, and
//     answered 200.
//  R5 Exactly 200: Paystack and Flutterwave take no other 2xx.

#include <memory>

#include "actors/payment_event_writer.hpp"
#include "monitoring/line_budget.hpp"
#include "net/http/client_address.hpp"
#include "net/http/rate_limiter.hpp"
#include "net/http/router.hpp"
#include "net/webhooks/payment_directory.hpp"

namespace sellavie::net {

struct payment_webhook_dependencies {
  static constexpr std::uint32_t lines_per_second = 20;
  static constexpr int forgeries_per_minute = 100;

  std::size_t body_bytes = 262'144;
  std::shared_ptr<const payment_directory> directory;
  actors::payment_event_writer_actor writer;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<id_source> ids;
  std::shared_ptr<monitoring::metrics> metrics;
  std::shared_ptr<monitoring::logger> log;
  std::shared_ptr<monitoring::line_budget> lines =
      std::make_shared<monitoring::line_budget>(lines_per_second);
  trusted_proxies proxies{{}};
  std::shared_ptr<rate_limiter> forgeries = std::make_shared<rate_limiter>(forgeries_per_minute);
};

void add_payment_webhooks(router& routes, payment_webhook_dependencies dependencies);

}  // namespace sellavie::net
