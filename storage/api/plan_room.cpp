#include "storage/api/plan_room.hpp"

#include <algorithm>
#include <pqxx/result>
#include <string>

#include "storage/api/list_room.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_plan = "SELECT plan FROM businesses WHERE id = $1::uuid";
constexpr const char* count_members = "SELECT count(*) FROM memberships WHERE business_id = $1::uuid";
constexpr const char* count_connections =
    "SELECT count(*) FROM connections WHERE business_id = $1::uuid AND disconnected_at IS NULL";
constexpr const char* count_products =
    "SELECT count(*) FROM products WHERE business_id = $1::uuid AND active";

struct counted {
  const char* name;
  const char* sql;
  std::optional<std::int64_t> config::plan_limits::*limit;
};

counted counted_of(plan_resource what) noexcept {
  switch (what) {
    case plan_resource::members: return {"members", count_members, &config::plan_limits::members};
    case plan_resource::connections:
      return {"connections", count_connections, &config::plan_limits::connections};
    case plan_resource::products: break;
  }
  return {"products", count_products, &config::plan_limits::products};
}

}  // namespace

std::optional<std::int64_t> plan_room(pqxx::work& work, const business_id& business, plan_resource what,
                                      const config::plans_settings& plans) {
  const auto whose = to_string(business);
  const auto plan = work.exec_params1(select_plan, whose)[0].as<std::string>();
  const auto resource = counted_of(what);
  const auto allowed = plans.of(plan).limits.*resource.limit;
  if (!allowed) return std::nullopt;
  hold_list(work, resource.name, whose);
  const auto used = work.exec_params1(resource.sql, whose)[0].as<std::int64_t>();
  return std::max<std::int64_t>(0, *allowed - used);
}

}  // namespace sellavie::storage
