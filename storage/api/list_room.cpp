#include "storage/api/list_room.hpp"

#include <pqxx/result>

namespace sellavie::storage {
namespace {

// Beside the incarnations' locks, which are small numbers.
constexpr const char* lock_list = "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' of ' || $2, 0))";

bool is_below(const bounded_list& list, const pqxx::row& counted) {
  return counted[0].as<std::int64_t>() < list.most;
}

}  // namespace

void hold_list(pqxx::work& work, const char* name, const std::string& of) {
  work.exec_params(lock_list, name, of);
}

bool has_room(pqxx::work& work, const bounded_list& list, const business_id& business) {
  const auto whose = to_string(business);
  hold_list(work, list.name, whose);
  return is_below(list, work.exec_params1(list.count, whose));
}

bool has_room(pqxx::work& work, const bounded_list& list, const business_id& business, const uuid& of) {
  hold_list(work, list.name, to_string(of));
  return is_below(list, work.exec_params1(list.count, to_string(business), to_string(of)));
}

}  // namespace sellavie::storage
