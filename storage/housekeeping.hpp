#pragma once
// What ends by age, one duty a function. Each call is one fenced transaction that removes at most
// `batch` rows and says how many; the janitor calls again while a batch was full.

#include <chrono>
#include <cstdint>
#include <pqxx/connection>

#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

using retention = std::chrono::days;

inline constexpr retention quarantine_retention{7};

struct housekeeping {
  pqxx::connection& engine;
  std::int64_t incarnation = 0;
  instant now{};
  int batch = 5'000;
};

/// Makes the inbox keys' partitions from 9 days ago to the day after tomorrow, drops those older than
/// 30 days; how many were dropped. At each start and once a day; without it keys go to the default partition.
[[nodiscard]] result<std::int64_t> roll_inbound_keys(const housekeeping& duty);
/// Keys outside of all partitions whose day is more than 30 days off, either way.
[[nodiscard]] result<std::int64_t> prune_stray_keys(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_quarantine(const housekeeping& duty);
[[nodiscard]] result<std::int64_t> purge_parked(const housekeeping& duty, retention keep);
/// Completed ones; a live plan stays however old it is.
[[nodiscard]] result<std::int64_t> purge_turns(const housekeeping& duty, retention keep);
/// `keep` must exceed how long a delivery can be replayed: a forgotten key would act again.
[[nodiscard]] result<std::int64_t> purge_action_results(const housekeeping& duty, retention keep);
[[nodiscard]] result<std::int64_t> purge_done_tasks(const housekeeping& duty, retention keep);

}  // namespace sellavie::storage
