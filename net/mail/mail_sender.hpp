#pragma once
// Sends the mails that wait in the database, one after the other, on a thread of its own: claims what is due, hands it
// to the SMTP server, and writes down what came of it (protocol/mail/delivery). A mail that was taken while we
// died is sent again under the same Message-ID.
// Lifecycle: construct (starts), stop() (ends within a second or so), destroy.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/clock.hpp"
#include "config/settings.hpp"
#include "monitoring/log.hpp"
#include "monitoring/metrics.hpp"
#include "net/mail/smtp_client.hpp"
#include "protocol/crypto/fernet.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::net {

struct mail_sender_dependencies {
  config::smtp_settings smtp;
  storage::database_access database;
  std::int64_t incarnation = 0;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<const crypto::fernet_ring> secrets;
  std::shared_ptr<monitoring::metrics> metrics;
  std::shared_ptr<monitoring::logger> log;
  /// Uniform in [0, 1).
  std::function<double()> jitter;
};

class mail_sender {
 public:
  explicit mail_sender(mail_sender_dependencies dependencies);
  ~mail_sender();
  mail_sender(const mail_sender&) = delete;
  mail_sender& operator=(const mail_sender&) = delete;

  void stop();

 private:
  void run();
  /// False: nothing was due, or the database is away.
  bool send_due(storage::api_session& store);
  [[nodiscard]] smtp_client::answer hand_over(const storage::claimed_mail& mail);
  [[nodiscard]] result<void> settle(const storage::mail_desk& desk, const storage::claimed_mail& mail,
                                    const smtp_client::answer& answer);
  [[nodiscard]] bool rest(std::chrono::milliseconds pause);

  const mail_sender_dependencies with_;
  smtp_client client_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_stopping_ = false;
  bool has_released_ = false;
  std::thread thread_;
};

}  // namespace sellavie::net
