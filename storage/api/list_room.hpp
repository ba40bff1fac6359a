#pragma once
// How many of a thing a business may make, and who makes one waits for whom. For the sources of this folder
// only, because it shows libpqxx: whoever adds one asks in the transaction that adds it.

#include <cstdint>
#include <pqxx/transaction>
#include <string>

#include "protocol/domain/ids.hpp"

namespace sellavie::storage {

struct bounded_list {
  /// In the plural, as no other list is named.
  const char* name;
  /// SQL: how many there are of the business $1; of a list of something of it, also of that, $2.
  const char* count;
  std::int64_t most;
};

/// Who names the same list of the same owner (a business, or something of it) waits until this transaction ends. No row's
/// lock: a message or an order would wait behind a large upload.
void hold_list(pqxx::work& work, const char* name, const std::string& of);

/// Others who ask about the same list wait until this transaction ends, so that two cannot take the last place.
[[nodiscard]] bool has_room(pqxx::work& work, const bounded_list& list, const business_id& business);
[[nodiscard]] bool has_room(pqxx::work& work, const bounded_list& list, const business_id& business,
                            const uuid& of);

}  // namespace sellavie::storage
