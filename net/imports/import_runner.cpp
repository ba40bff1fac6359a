#include "net/imports/import_runner.hpp"

#include <algorithm>

#include "net/api/ask_actor.hpp"
#include "net/feed/change_teller.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;
using storage::import_state;

/// How soon a new import is seen.
constexpr auto idle_pause = 300ms;
constexpr auto pause_after_failure = 1s;
constexpr auto pause_after_conflict = 200ms;
constexpr std::size_t records_of_part = 200;
constexpr int most_conflicts = 20;
/// Starts without a part taken.
constexpr int most_attempts = 5;
constexpr int most_recounts = 10;
constexpr std::chrono::hours kept_for{24 * 7};
constexpr std::chrono::minutes purge_pause{10};

/// A sheet, to be taken in parts.
class sheet_in_parts {
 public:
  [[nodiscard]] static result<sheet_in_parts> read(const storage::claimed_import& job,
                                                   currency_code currency) {
    auto table = catalogue::parse_csv(job.sheet);
    if (!table) return table.error();
    auto sheet = catalogue::read_product_sheet(job.sheet, currency, job.columns);
    if (!sheet) return sheet.error();
    sheet_in_parts all;
    for (const auto& record : table.value().records) all.numbers_.push_back(record.row);
    all.sheet_ = std::move(sheet.value());
    return all;
  }

  [[nodiscard]] const catalogue::product_sheet& sheet() const noexcept { return sheet_; }
  [[nodiscard]] std::size_t records() const noexcept { return numbers_.size(); }
  [[nodiscard]] storage::import_part from(std::size_t first) const {
    const auto count = std::min(records_of_part, numbers_.size() - first);
    const auto low = numbers_[first];
    const auto high = numbers_[first + count - 1];
    return {first, count, within(sheet_.rows, low, high), within(sheet_.problems, low, high)};
  }

 private:
  template <class Row>
  static std::span<const Row> within(const std::vector<Row>& rows, std::size_t low, std::size_t high) {
    const auto begin = std::lower_bound(rows.begin(), rows.end(), low,
                                        [](const Row& row, std::size_t number) { return row.row < number; });
    const auto end = std::upper_bound(begin, rows.end(), high,
                                      [](std::size_t number, const Row& row) { return number < row.row; });
    return {begin, end};
  }

  std::vector<std::size_t> numbers_;
  catalogue::product_sheet sheet_;
};

}  // namespace

import_runner::import_runner(import_runner_dependencies dependencies)
    : with_{std::move(dependencies)}, thread_{[this] { run(); }} {}

import_runner::~import_runner() { stop(); }

void import_runner::stop() {
  {
    const std::lock_guard hold{mutex_};
    is_stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool import_runner::rest(std::chrono::milliseconds pause) {
  std::unique_lock hold{mutex_};
  woken_.wait_for(hold, pause, [this] { return is_stopping_; });
  return !is_stopping_;
}

void import_runner::run() {
  storage::api_session store{with_.database, "sellavie/imports"};
  store.when_changed(tell_changes_to(with_.live));
  while (rest(0ms))
    if (!run_next(store) && !rest(idle_pause)) return;
}

bool import_runner::run_next(storage::api_session& store) {
  const storage::import_desk desk{store, with_.incarnation, with_.settings->plans};
  if (!has_released_) has_released_ = storage::release_imports(desk).has_value();
  purge(desk);
  auto job = storage::claim_import(desk, with_.time->now());
  if (!job || !job.value()) return false;
  run_job(desk, std::move(*job.value()));
  return true;
}

// A job that cannot go on now is released, not ended: it waits like a new one.
void import_runner::run_job(const storage::import_desk& desk, storage::claimed_import job) {
  if (job.attempts > most_attempts)
    return end(desk, job, import_state::failed, "It could not be taken on after several attempts.");
  const auto done = take_all(desk, job);
  if (done) return;
  with_.log->warning("import_interrupted", {{}, job.business, {}},
                     {{"import", job.id}, {"why", done.error()}});
  has_released_ = false;
  (void)rest(pause_after_failure);
}

result<void> import_runner::take_all(const storage::import_desk& desk, storage::claimed_import& job) {
  const auto currency = storage::currency_of(desk.store, job.business);
  if (!currency) return currency.error();
  const auto parts = sheet_in_parts::read(job, currency.value());
  if (!parts) {
    end(desk, job, import_state::failed, parts.error().detail);
    return {};
  }
  // What died before the desk was told of its last part.
  if (job.next_record > 0) tell_desk(job);
  for (int conflicts = 0; rest(0ms);) {
    job.by.at = with_.time->now();
    if (auto set = set_counted(desk, job); !set) return set;
    if (job.next_record == parts.value().records()) {
      end(desk, job, import_state::done, {});
      return {};
    }
    const auto part = parts.value().from(job.next_record);
    const auto taken = storage::take_part(desk, job, parts.value().sheet(), part, *with_.ids);
    if (!taken) {
      if (taken.error().code != errc::conflict) return taken.error();
      if (++conflicts < most_conflicts && rest(pause_after_conflict)) continue;
      end(desk, job, import_state::failed, "Somebody kept editing these products. Import the sheet again.");
      return {};
    }
    switch (taken.value()) {
      case storage::part_outcome::lost: return make_failure(errc::fenced, "the claim is another one's");
      case storage::part_outcome::cancelled: end(desk, job, import_state::cancelled, {}); return {};
      case storage::part_outcome::taken: break;
    }
    conflicts = 0;
    job.next_record += part.records;
    tell_desk(job);
  }
  return {};
}

// --- stock ---------------------------------------------------------------------------------------

result<void> import_runner::set_counted(const storage::import_desk& desk,
                                        const storage::claimed_import& job) {
  auto found = storage::find_counted(desk, job);
  if (!found) return found.error();
  auto part = std::move(found.value());
  while (part) {
    const auto asked = ask_desk(job, *part);
    if (!asked) return asked.error();
    switch (asked.value()) {
      case stock_step::set:
        storage::fault_point("import.counted");
        return storage::settle_counted(desk, job, *part);
      case stock_step::refused: return make_failure(errc::internal, "the desk does not set this stock");
      case stock_step::again: break;
    }
    auto left = storage::count_again(desk, job, *part);
    if (!left) return left.error();
    part = std::move(left.value());
  }
  return {};
}

// The key makes it once, however often it is asked.
result<import_runner::stock_step> import_runner::ask_desk(const storage::claimed_import& job,
                                                          const storage::counted_part& part) const {
  desk::set_stocks command;
  command.reason = "imported";
  command.action_key = "import." + to_string(job.id) + '.' + std::to_string(part.first_record) + '.' +
                       std::to_string(part.attempt);
  for (const auto& one : part.items) command.items.push_back({one.sku, one.seen, one.stock});
  actors::command_desk wanted{job.business, {}};
  wanted.request.action_key = command.action_key;
  wanted.request.command = std::move(command);
  wanted.request.replay = true;
  wanted.request.actor = "person:" + to_string(job.by.account);
  wanted.request.by = job.by;
  const auto answered = ask_actor<action_outcome>(with_.registry, std::move(wanted));
  if (!answered) return answered.error();
  if (answered.value().accepted) return stock_step::set;
  const bool may_pass = answered.value().why == sellavie::refusal::stale && part.attempt < most_recounts;
  return may_pass ? stock_step::again : stock_step::refused;
}

void import_runner::tell_desk(const storage::claimed_import& job) const {
  const auto told =
      ask_actor<actors::products_refreshed>(with_.registry, actors::products_edited{job.business});
  if (!told)
    with_.log->warning("order_desk_not_told", {{}, job.business, {}},
                       {{"import", job.id}, {"why", told.error().code}});
}

// --- ends ----------------------------------------------------------------------------------------

void import_runner::end(const storage::import_desk& desk, storage::claimed_import& job, import_state how,
                        const std::string& problem) {
  job.by.at = with_.time->now();
  const auto ended = storage::end_import(desk, job, how, problem);
  if (!ended) {
    with_.log->warning("import_not_ended", {{}, job.business, {}},
                       {{"import", job.id}, {"why", ended.error()}});
    has_released_ = false;
    return;
  }
  with_.log->info("import_ended", {{}, job.business, {}},
                  {{"import", job.id}, {"state", monitoring::code{to_string(how)}}});
}

void import_runner::purge(const storage::import_desk& desk) {
  const auto now = with_.time->now();
  if (now < purges_at_) return;
  if (storage::purge_imports(desk, now - kept_for)) purges_at_ = now + purge_pause;
}

}  // namespace sellavie::net
