#include "storage/api/stock_movements.hpp"

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_page = R"(
SELECT id, delta, stock_after, reason, actor, at FROM stock_movements
WHERE business_id = $1::uuid AND product_id = $2::uuid
  AND id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
ORDER BY business_id, product_id, id DESC LIMIT $4::integer)";

listed_movement movement_in(const pqxx::row& one) {
  fields row{one};
  listed_movement found;
  found.id = row.id<movement_id>();
  found.delta = row.integer();
  found.stock_after = row.integer();
  found.reason = row.text();
  found.actor = row.text();
  found.at = row.at();
  return found;
}

}  // namespace

result<std::vector<listed_movement>> list_stock_movements(api_session& session, const business_id& business,
                                                          const product_id& product,
                                                          const std::optional<api::page_position>& after,
                                                          int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto last = after ? std::optional{to_string(after->id)} : std::nullopt;
    return all_of(work.exec_params(select_page, to_string(business), to_string(product),
                                   last ? last->c_str() : nullptr, limit + 1),
                  movement_in);
  });
}

}  // namespace sellavie::storage
