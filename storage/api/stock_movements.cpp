#include "storage/api/stock_movements.hpp"

#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

const two_ends select_page{
    "SELECT id, delta, stock_after, reason, actor, at FROM stock_movements "
    "WHERE business_id = $1::uuid AND product_id = $2::uuid AND id {<} $3::uuid "
    "ORDER BY business_id{desc}, product_id{desc}, id{desc} LIMIT $4::integer"};

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
                                                          const product_id& product, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_page.of(wish), to_string(business), to_string(product),
                                   first_id(wish), wish.limit + 1),
                  movement_in);
  });
}

}  // namespace sellavie::storage
