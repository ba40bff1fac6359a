#pragma once
// GET|POST /webhooks/meta: handshake, signature over the raw bytes, events to the inbox_writer; 200
// only after everything is committed. Runs on io threads; never blocks.
//
// What is signed and readable is answered 200, because Meta repeats anything else and ends the
// subscription after an hour: unknown objects and malformed items go to quarantine, the test button and
// repaired bytes are counted. Each refusal and each oddity writes one log line with the request id and the
// reason, never text; of many only the first in each second (`lines_per_second`).
//
// What is signed is never limited: Meta may send as much as it likes from one address. An address that forges, or guesses
// the verify token, is answered 429 once it has done so `forgeries_per_minute` times; no log line is spent on it.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "actors/inbox_writer.hpp"
#include "monitoring/line_budget.hpp"
#include "net/http/client_address.hpp"
#include "net/http/rate_limiter.hpp"
#include "net/http/router.hpp"
#include "protocol/channel/route.hpp"
#include "protocol/channel/webhook.hpp"
#include "protocol/crypto/digest.hpp"

namespace sellavie::net {

/// Which connection an account id belongs to: replaced as a whole when the directory changes.
class route_directory {
 public:
  [[nodiscard]] std::shared_ptr<const channel::route_table> current() const {
    return table_.load(std::memory_order_acquire);
  }
  void replace(std::shared_ptr<const channel::route_table> table) {
    table_.store(std::move(table), std::memory_order_release);
  }

 private:
  std::atomic<std::shared_ptr<const channel::route_table>> table_{
      std::make_shared<const channel::route_table>()};
};

struct meta_webhook_dependencies {
  static constexpr std::uint32_t lines_per_second = 20;
  static constexpr int forgeries_per_minute = 100;

  std::vector<crypto::hmac_key> app_secrets;
  std::vector<std::string> verify_tokens;
  channel::webhook_limits limits;
  std::shared_ptr<const route_directory> directory;
  actors::inbox_writer_actor writer;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<monitoring::metrics> metrics;
  std::shared_ptr<monitoring::logger> log;
  std::shared_ptr<monitoring::line_budget> lines =
      std::make_shared<monitoring::line_budget>(lines_per_second);
  trusted_proxies proxies{{}};
  std::shared_ptr<rate_limiter> forgeries = std::make_shared<rate_limiter>(forgeries_per_minute);
};

void add_meta_webhook(router& routes, meta_webhook_dependencies dependencies);

}  // namespace sellavie::net
