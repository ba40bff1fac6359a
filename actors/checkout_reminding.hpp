#pragma once
// Reminders of payment links as background work (protocol/domain/checkout_reminder.hpp has the rules): one job an order,
// queued by the commit that records a link, which looks at each time that the business allows. Without actors, for those
// who only carry it.

#include <optional>
#include <string_view>

#include "protocol/domain/checkout_reminder.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::actors {

struct remind_customer {
  order_id order;
};
/// Nothing: nobody will be reminded of this order's link any more.
struct reminder_ran {
  std::optional<instant> again_at;
};

/// Its payload names the order.
inline constexpr std::string_view reminder_job = "checkout.remind";
[[nodiscard]] storage::job_row reminder_of(const order_id& order, const business_id& business,
                                           storage::job_id id, instant made, instant due);

}  // namespace sellavie::actors
