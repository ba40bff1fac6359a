#pragma once
// Delivers outgoing webhooks: the work of the job "webhook.out". Looks up what is due (storage/webhook_queue), sends it
// through the egress client, signed when its turn there has come, writes down what came of it (protocol/outgoing/delivery)
// and says when it wants to be asked again.
//
//  R1 At most `most_on_the_way` at once, and `most_of_a_business` of one; over it, and while the database or the client is
//     busy, it is put off by seconds and no attempt is counted. What is over a business's share comes back spread over a
//     minute: its receiver is slow, or it has much to tell.
//  R2 What came of an attempt is recorded before the job is answered. A death in between sends it once more, under the same id.
//
// Lifecycle: construct (starts), stop() (what is on the way is not answered: its job is begun again elsewhere), destroy.
// The egress client is stopped before it.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "actors/clock.hpp"
#include "monitoring/log.hpp"
#include "monitoring/metrics.hpp"
#include "net/api/worker_pool.hpp"
#include "net/egress/egress_client.hpp"
#include "protocol/crypto/fernet.hpp"
#include "storage/webhook_queue.hpp"

namespace sellavie::net {

struct webhook_sender_dependencies {
  storage::database_access database;
  std::shared_ptr<egress_client> outside;
  std::shared_ptr<actors::clock> time;
  std::shared_ptr<id_source> ids;
  std::shared_ptr<const crypto::fernet_ring> secrets;
  std::shared_ptr<monitoring::metrics> metrics;
  std::shared_ptr<monitoring::logger> log;
  /// Uniform in [0, 1).
  std::function<double()> jitter;
  std::size_t most_on_the_way = 64;
  std::size_t most_of_a_business = 8;
};

class webhook_sender {
 public:
  /// When to be asked again; nothing: it is over. Called once, from any thread.
  using answer = std::function<void(std::optional<instant>)>;

  explicit webhook_sender(webhook_sender_dependencies dependencies);
  ~webhook_sender();
  webhook_sender(const webhook_sender&) = delete;
  webhook_sender& operator=(const webhook_sender&) = delete;

  /// `payload` is the job's. Returns at once.
  void deliver(const business_id& business, std::string_view payload, answer done);
  void stop();

 private:
  struct delivery;
  using delivery_ptr = std::shared_ptr<delivery>;

  /// When to come back, if there is no place for another one of this business.
  [[nodiscard]] std::optional<instant> take_place(const business_id& business);
  void look_up(const delivery_ptr& one);
  void send(const delivery_ptr& one);
  void record(const delivery_ptr& one, const egress_answer& got);
  [[nodiscard]] bool sign(const delivery& one, egress_request& request) const;
  void put_off(const delivery_ptr& one);
  void end(const delivery_ptr& one, std::optional<instant> again_at);
  void tell(const delivery& one, const storage::webhook_attempt& made) const;

  const webhook_sender_dependencies with_;
  storage::api_session store_;
  std::mutex mutex_;
  std::size_t on_the_way_ = 0;
  std::unordered_map<business_id, std::size_t> of_business_;
  /// One thread, which alone uses `store_`. Each delivery has at most one piece of work in it.
  worker_pool desk_;
};

}  // namespace sellavie::net
