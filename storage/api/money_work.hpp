#pragma once
// What belongs together of money that came, read in one transaction; for the sources of this folder only, because it shows
// libpqxx.

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "storage/api/payments.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

/// All of them, newest first.
[[nodiscard]] std::vector<listed_refund> refunds_of(pqxx::work& work, const business_id& business,
                                                    const payment_id& payment);
[[nodiscard]] std::optional<listed_review> review_of(pqxx::work& work, const business_id& business,
                                                     const received_payment& payment);

template <class Id>
[[nodiscard]] std::optional<Id> maybe_id(fields& row) {
  if (!row.is_null()) return row.id<Id>();
  row.skip();
  return std::nullopt;
}

}  // namespace sellavie::storage
