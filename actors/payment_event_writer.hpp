#pragma once
// payment_event_writer
//
// Role       commits verified events of payment providers in groups, each with the job that asks the provider,
//            then lets the webhook answer.
// Grain      one per node; one append under way per journal shard, the rest gathers meanwhile: one request each, so never
//            more than there are connections.
// Invariant  `answered` says stored or known only after the commit that made it so.
// Supervised by the node. A request whose writer died is answered by its destructor (503).

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "actors/services.hpp"

namespace sellavie::actors {

enum class event_fate : std::uint8_t {
  stored,
  /// Was there already: nothing was done.
  known,
  /// Not stored, as far as we know: it must come again.
  lost,
};

class accepted_payment_event {
 public:
  accepted_payment_event(storage::payment_event_row told, std::function<void(event_fate)> then)
      : row{std::move(told)}, answered{std::move(then)} {}
  accepted_payment_event(const accepted_payment_event&) = delete;
  accepted_payment_event& operator=(const accepted_payment_event&) = delete;
  ~accepted_payment_event() { settle(event_fate::lost); }

  void settle(event_fate fate) {
    if (const auto tell = std::exchange(answered, nullptr)) tell(fate);
  }

  storage::payment_event_row row;
  /// Called once, from any thread.
  std::function<void(event_fate)> answered;
};

struct accept_payment_event {
  std::shared_ptr<accepted_payment_event> event;
};

using payment_event_writer_actor = caf::typed_actor<caf::reacts_to<accept_payment_event>>;

class payment_event_writer_state {
 public:
  explicit payment_event_writer_state(
      payment_event_writer_actor::stateful_pointer<payment_event_writer_state> self)
      : self_{self} {}
  void start(services_ptr node);
  void accept(const accept_payment_event& incoming);

  static constexpr const char* name = "payment_event_writer";
  static constexpr std::size_t max_append = 512;

 private:
  using events = std::vector<std::shared_ptr<accepted_payment_event>>;
  struct shard {
    journal_actor journal;
    events waiting;
    bool busy = false;
  };

  void send_next(std::size_t shard_at);
  void commit(std::size_t shard_at, events some);
  void on_committed(const events& some, const commit_reply& reply);

  payment_event_writer_actor::stateful_pointer<payment_event_writer_state> self_;
  services_ptr node_;
  std::vector<shard> shards_;
};
static_assert(!std::is_aggregate_v<payment_event_writer_state>);

payment_event_writer_actor::behavior_type payment_event_writer(
    payment_event_writer_actor::stateful_pointer<payment_event_writer_state> self, services_ptr node);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::accept_payment_event)
