#pragma once
// Transactions of the REST bridge; for the sources of this folder only, because it shows libpqxx.

#include <pqxx/pqxx>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/recorded_work.hpp"
#include "storage/guarded.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

/// Runs `work(pqxx::work&)`, commits, and tells the session's listener what that changed; what throws commits nothing.
template <class Work>
[[nodiscard]] auto in_transaction(api_session& session, api_session::role as, Work&& work)
    -> result<std::invoke_result_t<Work, pqxx::work&>> {
  using value = std::invoke_result_t<Work, pqxx::work&>;
  const auto connection = session.connection(as);
  if (!connection) return connection.error();
  std::vector<recorded_change> written;
  auto done = guarded([&]() -> value {
    recorded_work transaction{*connection.value(), written};
    if constexpr (std::is_void_v<value>) {
      std::forward<Work>(work)(transaction);
      transaction.commit();
    } else {
      auto found = std::forward<Work>(work)(transaction);
      transaction.commit();
      return found;
    }
  });
  if (!done && (done.error().code == errc::unavailable || done.error().code == errc::in_doubt))
    session.forget(as);
  if (done) session.tell(written, certainty::committed);
  else if (done.error().code == errc::in_doubt) session.tell(written, certainty::in_doubt);
  return done;
}

/// As the tenant role, which sees and changes this business's rows only.
template <class Work>
[[nodiscard]] auto for_business(api_session& session, const business_id& business, Work&& work)
    -> result<std::invoke_result_t<Work, pqxx::work&>> {
  return in_transaction(session, api_session::role::tenant, [&](pqxx::work& transaction) {
    transaction.exec_params("SELECT set_config('app.business_id', $1, true)", to_string(business));
    return work(transaction);
  });
}

/// As the engine: accounts, sessions, memberships of an account, invitations by token.
template <class Work>
[[nodiscard]] auto for_accounts(api_session& session, Work&& work)
    -> result<std::invoke_result_t<Work, pqxx::work&>> {
  return in_transaction(session, api_session::role::engine, std::forward<Work>(work));
}

}  // namespace sellavie::storage
