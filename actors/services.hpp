#pragma once
// What the node gives every actor. Made by the composition root before the first spawn; actors
// reach clock, ids, randomness, the outside world and each other's doors through it and nothing else.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/clock.hpp"
#include "actors/job_bell.hpp"
#include "actors/journal.hpp"
#include "actors/reader.hpp"
#include "actors/send_pauses.hpp"
#include "actors/transport.hpp"
#include "config/settings.hpp"
#include "monitoring/log.hpp"
#include "monitoring/metrics.hpp"
#include "protocol/crypto/fernet.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::actors {

class feed;

struct services {
  std::shared_ptr<const config::settings> settings;
  std::shared_ptr<clock> time;
  /// Thread-safe.
  std::shared_ptr<id_source> ids;
  std::shared_ptr<transport> outside;
  std::shared_ptr<monitoring::metrics> metrics;
  std::shared_ptr<monitoring::logger> log;
  std::shared_ptr<const crypto::fernet_ring> secrets;
  /// Null: nobody watches.
  std::shared_ptr<feed> watchers;
  /// What the senders tell each other.
  std::shared_ptr<send_pauses> pauses = std::make_shared<send_pauses>();
  /// Rung by whoever commits background jobs.
  std::shared_ptr<job_bell> jobs = std::make_shared<job_bell>();
  std::int64_t incarnation = 0;
  /// Uniform in [0, 1); thread-safe. For jitter only.
  std::function<double()> jitter;
  std::vector<journal_actor> journals;
  std::vector<reader_actor> readers;

  [[nodiscard]] const journal_actor& journal_of(const business_id& business) const {
    return journals[std::hash<business_id>{}(business) % journals.size()];
  }
  [[nodiscard]] const reader_actor& reader_of(const uuid& key) const {
    return readers[std::hash<uuid>{}(key) % readers.size()];
  }
  [[nodiscard]] instant now() const { return time->now(); }
};

using services_ptr = std::shared_ptr<const services>;

}  // namespace sellavie::actors
