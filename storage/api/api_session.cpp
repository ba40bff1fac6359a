#include "storage/api/api_session.hpp"

#include <pqxx/nontransaction>

#include "storage/api/inbox.hpp"
#include "storage/guarded.hpp"

namespace sellavie::storage {
namespace {

// A page of a large business is found by its index; a runaway query ends.
constexpr const char* session_settings =
    "SET plan_cache_mode = force_generic_plan; SET jit = off; "
    "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s'";

}  // namespace

api_session::api_session(database_access access, std::string application_name)
    : access_{std::move(access)}, application_name_{std::move(application_name)} {}

api_session::~api_session() = default;

result<pqxx::connection*> api_session::connection(role as) {
  auto& held = as == role::tenant ? tenant_ : engine_;
  if (held && held->is_open()) return held.get();
  held.reset();
  auto opened = open_pqxx(as == role::tenant ? access_.tenant : access_.engine, application_name_);
  if (!opened) return opened.error();
  const auto prepared = guarded([&] {
    pqxx::nontransaction{*opened.value()}.exec(session_settings);
    for (const auto& one : inbox_statements()) opened.value()->prepare(one.name, one.sql);
  });
  if (!prepared) return prepared.error();
  held = std::move(opened.value());
  return held.get();
}

void api_session::forget(role as) noexcept { (as == role::tenant ? tenant_ : engine_).reset(); }

}  // namespace sellavie::storage
