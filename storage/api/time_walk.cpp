#include "storage/api/time_walk.hpp"

#include <limits>

#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

std::string statement_of(const time_walk& list, bool oldest_first) {
  const std::string key{list.key};
  const std::string order = oldest_first ? " ASC" : " DESC";
  const auto sorted = [&](const std::string& of) {
    return " ORDER BY " + of + key + order + ", " + of + "id" + order;
  };
  return std::string{"WITH looked AS MATERIALIZED (SELECT r.* FROM "} + list.table + " r WHERE " +
         list.where + " AND r.business_id = $1::uuid AND (r." + key + ", r.id) " +
         (oldest_first ? ">" : "<") + " ($2::bigint, $3::uuid) AND r." + key + " >= $5::bigint AND r." + key +
         " < $6::bigint" + sorted("r.") + " LIMIT $4::integer), page AS (SELECT r.* FROM looked r WHERE " +
         list.filters + sorted("r.") + " LIMIT $7::integer), edge AS (SELECT " + key +
         " AS edge_key, id FROM looked" + sorted("") +
         " OFFSET $4::integer - 1 LIMIT 1) SELECT e.edge_key, e.id, " + list.columns +
         " FROM (SELECT 1) AS one LEFT JOIN edge e ON true LEFT JOIN (page p" + list.neighbours +
         ") ON true" + sorted("p.");
}

walk_values values_of(const walk_wish& wish) {
  using most = std::numeric_limits<std::int64_t>;
  const auto edge = wish.after.value_or(list_edge(!wish.oldest_first));
  return {edge.key, to_string(edge.id), wish.since ? to_unix_ms(*wish.since) : most::min(),
          wish.until ? to_unix_ms(*wish.until) : most::max()};
}

}  // namespace sellavie::storage
