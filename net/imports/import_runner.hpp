#pragma once
// Runs the imports that wait in the database, one after the other, on a thread of its own: claims the oldest, takes it
// part by part (storage/import_queue), and lets the business's order desk count what it counted. What was under way
// when we died is gone on with behind its last part.
// Lifecycle: construct (starts), stop() (ends after the part that is under way), destroy.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/clock.hpp"
#include "actors/tenant_registry.hpp"
#include "monitoring/log.hpp"
#include "net/feed/feed_hub.hpp"
#include "storage/import_queue.hpp"

namespace sellavie::net {

struct import_runner_dependencies {
  storage::database_access database;
  std::int64_t incarnation = 0;
  std::shared_ptr<const config::settings> settings;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<id_source> ids;
  std::shared_ptr<monitoring::logger> log;
  actors::tenant_registry_actor registry;
  std::shared_ptr<feed_hub> live;
};

class import_runner {
 public:
  explicit import_runner(import_runner_dependencies dependencies);
  ~import_runner();
  import_runner(const import_runner&) = delete;
  import_runner& operator=(const import_runner&) = delete;

  void stop();

 private:
  enum class stock_step : std::uint8_t { set, again, refused };
  void run();
  /// False: nothing waits, or the database is away.
  bool run_next(storage::api_session& store);
  void run_job(const storage::import_desk& desk, storage::claimed_import job);
  [[nodiscard]] result<void> take_all(const storage::import_desk& desk, storage::claimed_import& job);
  [[nodiscard]] result<void> set_counted(const storage::import_desk& desk,
                                         const storage::claimed_import& job);
  [[nodiscard]] result<stock_step> ask_desk(const storage::claimed_import& job,
                                            const storage::counted_part& part) const;
  void tell_desk(const storage::claimed_import& job) const;
  void end(const storage::import_desk& desk, storage::claimed_import& job, storage::import_state how,
           const std::string& problem);
  void purge(const storage::import_desk& desk);
  [[nodiscard]] bool rest(std::chrono::milliseconds pause);

  const import_runner_dependencies with_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_stopping_ = false;
  bool has_released_ = false;
  instant purges_at_{};
  std::thread thread_;
};

}  // namespace sellavie::net
