#pragma once
// Outgoing webhooks that wait to be delivered (tables webhook_deliveries, webhook_events, webhook_endpoints). The journal
// stores an event with the commit that it tells of, and a job "webhook.out" for each endpoint that listens; a job is a
// wish to look here, and what stands here decides: run twice, it sends once, but for a death between the receiver's
// answer and its record.

#include <optional>
#include <string>

#include "protocol/outgoing/delivery.hpp"
#include "protocol/outgoing/event.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

using webhook_endpoint_id = basic_id<struct webhook_endpoint_tag>;

inline constexpr const char* webhook_job_kind = "webhook.out";

struct webhook_delivery_key {
  webhook_endpoint_id endpoint;
  outgoing::event_id event;

  friend bool operator==(const webhook_delivery_key&, const webhook_delivery_key&) = default;
};
/// A job's payload and its unique key.
[[nodiscard]] std::string write_webhook_job(const webhook_delivery_key& key);
[[nodiscard]] std::optional<webhook_delivery_key> read_webhook_job(std::string_view payload);
[[nodiscard]] std::string unique_key_of(const webhook_delivery_key& key);

struct due_webhook {
  std::string url;
  /// Fernet.
  std::string sealed_secret;
  /// Empty: none that still signs.
  std::string sealed_previous;
  std::string body;
  /// So far.
  int attempts = 0;
  instant began_at{};
  std::optional<instant> failing_since;
};
/// Nothing: it was delivered, is dead, or its endpoint is gone or turned off; in the last case it is dead from now on.
[[nodiscard]] result<std::optional<due_webhook>> find_due_webhook(api_session& session,
                                                                  const business_id& business,
                                                                  const webhook_delivery_key& key,
                                                                  instant now);

struct webhook_attempt {
  webhook_delivery_key key;
  /// 0: there was no answer.
  int status = 0;
  /// Why not, a code of ours; empty with an answer.
  std::string problem;
  outgoing::delivery_outcome outcome;
  instant at{};
  /// For the task of an endpoint that is turned off.
  uuid task;
};
/// Of a delivery that still waits.
[[nodiscard]] result<void> record_webhook_attempt(api_session& session, const business_id& business,
                                                  const webhook_attempt& made);

}  // namespace sellavie::storage
