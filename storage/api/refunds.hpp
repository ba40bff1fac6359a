#pragma once
// Money on its way back, as people list and read it. It is written by the order desk alone.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/api/orders.hpp"

namespace sellavie::storage {

struct refund_filter {
  std::optional<std::string> state;
  std::optional<order_id> order;
  /// Asked for from here on, and before this.
  std::optional<instant> since;
  std::optional<instant> until;
  bool oldest_first = false;
};

struct listed_refund {
  refund_id id;
  payment_id payment;
  std::optional<order_id> order;
  /// 0: it belongs to no order.
  std::int64_t order_number = 0;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string reason;
  bool returns_goods = false;
  /// "here" or "elsewhere".
  std::string origin;
  std::string state;
  /// "person:<account>", or "provider:<name>".
  std::string requested_by;
  /// Empty: nobody else had to.
  std::string decided_by;
  /// Of the payment.
  std::string provider;
  std::string mode;
  std::string provider_id;
  instant requested_at{};
  /// When the provider was last asked for it; never: the beginning of time.
  instant sent_at{};
  std::string note;
  bool is_contradicted = false;
};

/// A bounded look, as orders: an order and a state have their indexes, everything else walks by time.
[[nodiscard]] result<listed_page<listed_refund>> list_refunds(api_session& session,
                                                              const business_id& business,
                                                              const refund_filter& filter,
                                                              const std::optional<api::page_position>& after,
                                                              int limit);

[[nodiscard]] result<std::optional<listed_refund>> find_refund(api_session& session,
                                                               const business_id& business,
                                                               const refund_id& id);

[[nodiscard]] std::vector<list_plan> refund_plans();

}  // namespace sellavie::storage
