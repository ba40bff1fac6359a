#pragma once
// Sends messages to browsers: the work of the job "push". Looks the subscription up, encrypts and signs for it, hands the
// message to the browser's push service through the egress client.
//
//  R1 Taken (2xx) is done. 404 and 410 say that the browser unsubscribed: its row goes. So it does with 401 and 403 when
//     the browser subscribed under another key than ours of now, which its service will never take.
//  R2 429, 5xx and no answer are failures; the job queue tries again, until the message is worthless.
//  R3 Any other answer is final: another attempt would hear the same.
//  R4 A lane is a push service of a browser that we know; all other origins share one.
//
// Lifecycle: as webhook_sender.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "actors/clock.hpp"
#include "actors/job_runner.hpp"
#include "config/settings.hpp"
#include "monitoring/log.hpp"
#include "net/api/worker_pool.hpp"
#include "net/egress/egress_client.hpp"
#include "protocol/crypto/fernet.hpp"
#include "protocol/crypto/p256.hpp"
#include "storage/push_queue.hpp"

namespace sellavie::net {

struct push_sender_dependencies {
  storage::database_access database;
  std::shared_ptr<egress_client> outside;
  std::shared_ptr<const config::settings> settings;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<const crypto::fernet_ring> secrets;
  std::shared_ptr<monitoring::logger> log;
  /// Fills the bytes from the system's random source.
  std::function<void(std::span<std::uint8_t>)> random;
  crypto::p256_key own;
  std::size_t most_on_the_way = 64;
};

class push_sender {
 public:
  explicit push_sender(push_sender_dependencies dependencies);
  ~push_sender();
  push_sender(const push_sender&) = delete;
  push_sender& operator=(const push_sender&) = delete;

  /// Returns at once.
  void send(const storage::claimed_job& job, actors::job_answer answer);
  void stop();

 private:
  struct message;
  using message_ptr = std::shared_ptr<message>;

  void look_up(const message_ptr& one);
  void hand_over(const message_ptr& one, std::string_view sealed);
  [[nodiscard]] result<egress_request> request_of(message& one, std::string_view sealed) const;
  void warn(monitoring::name_literal event, const message& one, const error& why) const;
  void settle(const message_ptr& one, const egress_answer& got);
  [[nodiscard]] actors::job_end put_off() const;
  void end(const message_ptr& one, actors::job_end how);

  const push_sender_dependencies with_;
  const std::string contact_;
  storage::api_session store_;
  std::atomic<std::size_t> on_the_way_{0};
  /// One thread, which alone uses `store_`. Each message has at most one piece of work in it.
  worker_pool desk_;
};

/// R4. Anybody can subscribe with origins of their own: however many these are, they have the share of one.
[[nodiscard]] std::string push_lane(std::string_view origin);

/// Where operators of push services reach ours: the public address, else the sender of mails, else nothing.
[[nodiscard]] std::string push_contact(const config::settings& settings);

}  // namespace sellavie::net
