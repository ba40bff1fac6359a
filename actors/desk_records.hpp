#pragma once
// Between the pure desk's values and the rows of the store.

#include "actors/tenant.hpp"
#include "protocol/domain/desk_event.hpp"
#include "protocol/domain/order_book.hpp"
#include "storage/change_set.hpp"
#include "storage/reads.hpp"

namespace sellavie::actors {

/// The book as stored; a row that is not valid any more is left out and counted in `skipped`.
[[nodiscard]] order_book make_book(const storage::desk_record& record, currency_code currency,
                                   std::size_t& skipped);

/// The products as stored.
[[nodiscard]] std::vector<product> make_products(const std::vector<storage::stored_product>& rows,
                                                 currency_code currency);

struct write_context {
  business_id business;
  /// Where payments are begun; null: nowhere.
  const payment_account* paying = nullptr;
  reminder_settings reminders{};
  id_source& ids;
  /// Some account of the business can end links that were given out.
  bool ends_links = false;
  /// The person who gave the command through the API; for the activity log.
  std::optional<storage::change_origin> by{};
  /// The order that is decided about, as it was; null: it is new, or none is.
  const order* before = nullptr;
};

/// Everything that one decision writes, with its action result.
[[nodiscard]] storage::change_set write_decision(const decision& decided, const write_context& context);

[[nodiscard]] storage::order_row to_row(const order& subject, business_id business);
/// Nothing when the row is not valid any more.
[[nodiscard]] std::optional<order> to_order(const storage::order_row& row, currency_code currency);

}  // namespace sellavie::actors
