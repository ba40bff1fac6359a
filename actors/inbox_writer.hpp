#pragma once
// inbox_writer
//
// Role       commits verified events in groups, then lets the webhook answer 200.
// Grain      one per node; one append under way per journal shard, the rest gathers meanwhile.
// Invariant  `answered(true)` only after every event of the request is committed or known.
// Supervised by the node. A request whose writer died is answered by its destructor (503).

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "actors/delivery.hpp"
#include "actors/inbox_pump.hpp"
#include "actors/services.hpp"
#include "protocol/crypto/sealed_box.hpp"

namespace sellavie::actors {

struct routed_event {
  business_id business;
  connection_id connection;
  channel::channel_event event;
};

struct stray_event {
  monitoring::quarantine_reason reason = monitoring::quarantine_reason::unknown_account;
  channel::channel_event event;
};

/// The events of one webhook request.
class accepted_request {
 public:
  accepted_request() = default;
  accepted_request(const accepted_request&) = delete;
  accepted_request& operator=(const accepted_request&) = delete;
  ~accepted_request() {
    if (answered) answered(false);
  }

  std::vector<routed_event> events;
  std::vector<stray_event> strays;
  /// Called once, from any thread: true when all is stored, false when it must come again.
  std::function<void(bool stored)> answered;
};

struct accept_request {
  std::shared_ptr<accepted_request> request;
};

using inbox_writer_actor = caf::typed_actor<caf::reacts_to<accept_request>>;

class inbox_writer_state {
 public:
  explicit inbox_writer_state(inbox_writer_actor::stateful_pointer<inbox_writer_state> self) : self_{self} {}
  void start(services_ptr node, inbox_pump_actor pump);
  void accept(const accept_request& incoming);

  static constexpr const char* name = "inbox_writer";
  static constexpr std::size_t max_append = 1024;

 private:
  /// A request counts the appends that it waits for.
  struct pending {
    std::shared_ptr<accepted_request> request;
    std::size_t appends = 0;
    bool stored = true;
  };
  struct append {
    std::shared_ptr<storage::change_set> changes = std::make_shared<storage::change_set>();
    std::vector<delivery> deliveries;
    std::vector<monitoring::quarantine_reason> strays;
    std::vector<std::shared_ptr<pending>> requests;

    [[nodiscard]] std::size_t rows() const { return deliveries.size() + strays.size(); }
  };
  struct shard {
    journal_actor journal;
    std::vector<append> waiting;
    bool busy = false;
  };

  void add(routed_event& routed, append& to);
  void add(const stray_event& stray, append& to);
  [[nodiscard]] std::string seal(inbox_id id, const channel::channel_event& event);
  void enqueue(std::size_t shard_at, append part);
  void send_next(std::size_t shard_at);
  void commit(std::size_t shard_at, std::vector<append> parts);
  void on_committed(std::vector<append>& parts, const commit_reply& reply);
  void commit_apart(std::size_t shard_at, std::vector<append> parts);
  static void settle(pending& one, bool stored);

  inbox_writer_actor::stateful_pointer<inbox_writer_state> self_;
  services_ptr node_;
  inbox_pump_actor pump_;
  std::unique_ptr<crypto::body_cipher> bodies_;
  std::vector<shard> shards_;
  std::uint64_t counter_ = 0;
};
static_assert(!std::is_aggregate_v<inbox_writer_state>);

inbox_writer_actor::behavior_type inbox_writer(inbox_writer_actor::stateful_pointer<inbox_writer_state> self,
                                               services_ptr node, inbox_pump_actor pump);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::accept_request)
