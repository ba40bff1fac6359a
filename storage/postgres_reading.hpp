#pragma once
// What the sources of postgres_reads share; nobody else includes this.

#include <pqxx/nontransaction>
#include <span>
#include <type_traits>

#include "storage/guarded.hpp"
#include "storage/postgres_fields.hpp"
#include "storage/postgres_reads.hpp"

namespace sellavie::storage {

// The statements of each source.
[[nodiscard]] std::span<const statement> directory_reads() noexcept;
[[nodiscard]] std::span<const statement> conversation_reads() noexcept;
[[nodiscard]] std::span<const statement> queues_reads() noexcept;
[[nodiscard]] std::span<const statement> commerce_reads() noexcept;
[[nodiscard]] std::span<const statement> money_reads() noexcept;
[[nodiscard]] std::span<const statement> plan_reads() noexcept;
[[nodiscard]] std::span<const statement> job_reads() noexcept;

/// The newest ones, part of a desk's load.
[[nodiscard]] std::vector<review_row> read_open_reviews(pqxx::nontransaction& session, business_id business,
                                                        int most);

/// Each statement is a transaction of its own: one round trip.
template <class Read>
auto postgres_reads::read(Read from) {
  using value = std::invoke_result_t<Read, pqxx::nontransaction&>;
  const auto before = doubts_->now();
  const error in_doubt = make_failure(errc::unavailable, "a commit of this process may still happen");
  if (before.is_closed()) return result<value>{in_doubt};
  if (auto ready = ensure_connected(); !ready) return result<value>{ready.error()};
  auto outcome = guarded([&] {
    pqxx::nontransaction session{*connection_};
    return from(session);
  });
  if (!outcome && outcome.error().code == errc::unavailable) connection_.reset();
  if (doubts_->now() != before) return result<value>{in_doubt};
  return outcome;
}

template <class Row, class... Values>
auto postgres_reads::read_rows(const statement& what, Row row_of, const Values&... values) {
  return read([&](pqxx::nontransaction& session) {
    return all_of(session.exec_prepared(what.name, values...), row_of);
  });
}

}  // namespace sellavie::storage
