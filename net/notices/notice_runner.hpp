#pragma once
// Tells people of a business what happened: the work of the jobs "notice.tell", "notice.send" and "notice.summary". The rules and
// the rows are storage/notice_desk's; here the words are made, mails sealed, what was told counted and shown to those who watch.
//
// Lifecycle: construct (starts), stop() (what waits is not answered: its job is begun again elsewhere), destroy.

#include <functional>
#include <memory>
#include <span>

#include "actors/clock.hpp"
#include "actors/feed.hpp"
#include "actors/job_bell.hpp"
#include "actors/job_runner.hpp"
#include "config/settings.hpp"
#include "monitoring/log.hpp"
#include "monitoring/metrics.hpp"
#include "net/api/worker_pool.hpp"
#include "protocol/crypto/fernet.hpp"
#include "storage/notice_desk.hpp"

namespace sellavie::net {

struct notice_runner_dependencies {
  storage::database_access database;
  std::shared_ptr<const config::settings> settings;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<id_source> ids;
  std::shared_ptr<const crypto::fernet_ring> secrets;
  std::shared_ptr<monitoring::metrics> metrics;
  std::shared_ptr<monitoring::logger> log;
  /// Null: nobody watches.
  std::shared_ptr<actors::feed> watchers;
  std::shared_ptr<actors::job_bell> jobs;
  /// Fills the bytes from the system's random source.
  std::function<void(std::span<std::uint8_t>)> random;
  std::size_t most_on_the_way = 64;
};

class notice_runner {
 public:
  explicit notice_runner(notice_runner_dependencies dependencies);
  ~notice_runner();
  notice_runner(const notice_runner&) = delete;
  notice_runner& operator=(const notice_runner&) = delete;

  /// This outlives the runner's last call, or was stopped before.
  void add_to(actors::job_kinds& kinds);
  void stop();

 private:
  using step = actors::job_end (notice_runner::*)(const storage::claimed_job&);

  void begin(const storage::claimed_job& job, const actors::job_answer& answer, step work);
  [[nodiscard]] actors::job_end tell(const storage::claimed_job& job);
  [[nodiscard]] actors::job_end send(const storage::claimed_job& job);
  [[nodiscard]] actors::job_end sum_up(const storage::claimed_job& job);

  [[nodiscard]] storage::notice_desk desk();
  [[nodiscard]] storage::queued_mail sealed(const mail::letter& letter) const;
  [[nodiscard]] actors::job_end end_of(const storage::claimed_job& job,
                                       const result<storage::sent_notices>& sent,
                                       monitoring::notice_way way) const;
  [[nodiscard]] actors::job_end failed(const storage::claimed_job& job, const error& why) const;

  const notice_runner_dependencies with_;
  storage::api_session store_;
  /// One thread, which alone uses `store_`.
  worker_pool desk_;
};

}  // namespace sellavie::net
