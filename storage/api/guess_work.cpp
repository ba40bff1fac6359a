#include "storage/api/guess_work.hpp"

#include "protocol/api/session_rules.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

std::optional<instant> count_guess(pqxx::work& work, const guess_counter& of, const std::string& key,
                                   instant now) {
  const auto counted = work.exec_params(of.count, key, to_unix_ms(now));
  if (counted.empty()) {
    const auto blocked = work.exec_params(of.find_block, key);
    if (blocked.empty()) return std::nullopt;  // the row is gone, and with it what was guessed at
    const pqxx::row first = blocked[0];
    return fields{first}.at();
  }
  const auto block = api::block_after(counted[0][0].as<int>());
  if (block.count() > 0) work.exec_params(of.block, key, to_unix_ms(now + block));
  return std::nullopt;
}

}  // namespace sellavie::storage
