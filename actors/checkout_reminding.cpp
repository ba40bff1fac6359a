#include "actors/checkout_reminding.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::actors {

storage::job_row reminder_of(const order_id& order, const business_id& business, storage::job_id id,
                             instant made, instant due) {
  return {.id = id,
          .business = business,
          .kind = std::string{reminder_job},
          .unique_key = to_string(order),
          .due_at = due,
          .payload = nlohmann::json{{"order", to_string(order)}}.dump(),
          .created_at = made};
}

}  // namespace sellavie::actors
