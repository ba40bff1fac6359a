#pragma once
// What a payment provider's event leaves behind (table payment_events).

#include <optional>
#include <string>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

struct payment_event_row {
  /// Also of the job that asks the provider.
  uuid id;
  business_id business;
  payment_connection_id connection;
  /// Known already: nothing is written, no job is made.
  std::string dedupe_key;
  /// "payment", "refund", "dispute" or "unknown".
  std::string kind;
  std::string reference{};
  std::string object{};
  std::string transaction{};
  std::optional<std::string> mode{};
  std::optional<instant> occurred_at{};
  instant received_at{};
  /// The job's payload (actors/payment_check); empty: the event asks for nothing.
  std::string question{};
};

}  // namespace sellavie::storage
