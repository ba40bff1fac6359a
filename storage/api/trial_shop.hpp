#pragma once
// What a trial of the training needs to know of the business, and what it leaves there.

#include <string>
#include <vector>

#include "protocol/domain/catalog.hpp"
#include "protocol/domain/time.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct shop_on_trial {
  std::string name;
  std::string locale;
  int utc_offset_minutes = 0;
  bool takes_payments = false;
  /// Those that are sold.
  std::vector<product> products;
};

[[nodiscard]] result<shop_on_trial> load_shop_on_trial(api_session& session, const business_id& business,
                                                       instant now);
/// A model answered one: it uses the plan as an AI reply does.
[[nodiscard]] result<void> count_trial(api_session& session, const business_id& business, instant at);

}  // namespace sellavie::storage
