#pragma once
// One node with one shop on CAF's deterministic coordinator: the real pump, writer, registry,
// supervisor, conversations, desks, journal and reader on a memory_store; model, sender and the outside
// world are scripts. Time stands still until advance().

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/feed.hpp"
#include "actors/inbox_writer.hpp"
#include "actors/tenant_registry.hpp"
#include "tests/support/memory_store.hpp"

namespace sellavie::test {

using std::chrono::milliseconds;

class world_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override { return now_; }
  void move(milliseconds by) { now_ += by; }

 private:
  instant now_ = instant_from_ms(1'767'607'200'000);
};

/// Ids in the order of asking: a run replays exactly.
class counting_ids final : public id_source {
 public:
  explicit counting_ids(const world_clock& time) : time_{time} {}
  uuid next() override;

 private:
  const world_clock& time_;
  std::uint64_t count_ = 0;
};

/// Every request waits here until the test answers it, unless `at_once` does.
class held_transport final : public actors::transport {
 public:
  struct call {
    actors::outbound_request request;
    completion done;
  };
  std::vector<actors::outbound_request> seen;
  std::deque<call> waiting;
  std::function<std::optional<actors::outbound_response>(const actors::outbound_request&)> at_once;

  void send(actors::outbound_request request, completion done) override;
  void answer(actors::outbound_response response);
};

[[nodiscard]] actors::outbound_response http(int status, std::string body, actors::header_list headers = {});
[[nodiscard]] actors::outbound_response lost_answer();

/// What the model is asked, and what it says. Without an answer the question is held.
struct model_script {
  std::vector<actors::ask_model> asked;
  std::deque<actors::model_answer> answers;
  std::function<std::optional<actors::model_answer>(const actors::ask_model&)> always;
  std::deque<caf::typed_response_promise<actors::model_answer>> held;
  std::optional<actors::model_answer> released;
};

[[nodiscard]] actors::model_answer says(std::string text);
/// {name, arguments} of each tool call.
[[nodiscard]] actors::model_answer calls(std::vector<std::pair<std::string, std::string>> tools,
                                         std::string text = {});
[[nodiscard]] actors::model_answer nothing(actors::model_outcome why);

/// What the conversations told the outbox_sender.
struct sender_script {
  std::vector<storage::outbox_row> rows;
  std::vector<actors::epoch_raised> epochs;
  std::size_t typing = 0;
  std::vector<inbox_id> deliveries;
  /// How often it was told to look for rows that nobody announced.
  std::size_t looks = 0;
};

/// Somebody who watches every business, while he does.
class attentive_feed final : public actors::feed {
 public:
  [[nodiscard]] bool is_followed(const business_id&) const noexcept override { return watches; }
  void tell(const business_id& business, std::vector<actors::live_fact> facts) override {
    for (auto& one : facts) told.emplace_back(business, std::move(one));
  }
  /// Of this kind, in their order.
  template <class Fact>
  [[nodiscard]] std::vector<Fact> heard() const {
    std::vector<Fact> found;
    for (const auto& [business, one] : told)
      if (const auto* fact = std::get_if<Fact>(&one)) found.push_back(*fact);
    return found;
  }

  bool watches = false;
  std::vector<std::pair<business_id, actors::live_fact>> told;
};

struct asked_person {
  std::optional<actors::chat_commanded> answer;
  std::optional<errc> failure;
};

struct world_options {
  milliseconds gather{1200};
  std::size_t window = 256;
  std::size_t journals = 2;
  bool real_model = false;
  bool real_sender = false;
  bool payments = true;
  std::vector<std::string> providers{"openai"};
};

class shop_world {
 public:
  explicit shop_world(world_options options = {});
  ~shop_world();
  shop_world(const shop_world&) = delete;
  shop_world& operator=(const shop_world&) = delete;

  // what happens outside
  /// Through the writer; the flag is its answer to the webhook.
  std::shared_ptr<std::optional<bool>> receive(std::vector<actors::routed_event> events);
  void customer_says(const std::string& customer, const std::string& text);
  void person_types(const std::string& customer, const std::string& text);
  std::shared_ptr<asked_person> command(const std::string& customer, actors::chat_command what);
  std::shared_ptr<asked_person> command(actors::command_chat asked_for);
  /// Through our own composer, by Grace.
  std::shared_ptr<asked_person> person_sends(const std::string& customer, const std::string& key,
                                             const std::string& text);
  void model_answers(actors::model_answer answer);
  [[nodiscard]] actors::routed_event message(const std::string& customer, const std::string& text);
  [[nodiscard]] actors::routed_event echo(const std::string& customer, const std::string& text);

  // time
  void run();
  /// One message at a time until it holds; false when nothing is left to do.
  bool run_until(const std::function<bool()>& holds);
  void advance(milliseconds by, milliseconds step = milliseconds{100});
  /// gathering, turn and everything behind it.
  void finish_turns() { advance(options.gather + milliseconds{1500}); }
  /// Only the clock: nobody wakes.
  void jump(milliseconds by) { time->move(by); }

  // the node
  void start();
  /// As kill -9: every actor is gone, the store stays.
  void kill();
  void restart() {
    kill();
    start();
  }
  template <class Handle>
  Handle keep(Handle one) {
    spawned_.push_back(caf::actor_cast<caf::strong_actor_ptr>(one));
    return one;
  }
  /// As an actor ends that fails with this code.
  template <class Handle>
  void end(const Handle& one, errc why) {
    caf::anon_send(caf::actor_cast<caf::actor>(one), caf::exit_msg{caf::actor_addr{}, make_error(why)});
  }
  void crash_desk(errc why = errc::internal);
  void crash_conversations(errc why = errc::internal);

  // what became of it
  [[nodiscard]] std::vector<std::string> texts(storage::message_origin origin) const;
  [[nodiscard]] std::vector<std::string> ai_texts() const { return texts(storage::message_origin::ai); }
  [[nodiscard]] const stored_conversation& chat(const std::string& customer) const;
  [[nodiscard]] std::vector<storage::turn_outcome> outcomes() const;
  [[nodiscard]] std::vector<storage::order_row> orders() const;
  [[nodiscard]] std::int64_t stock(const std::string& sku) const;
  [[nodiscard]] std::size_t tasks(const std::string& kind) const;
  void add_product(const std::string& sku, std::int64_t price_minor, std::int64_t stock, business_id owner);

  world_options options;
  std::shared_ptr<world_clock> time = std::make_shared<world_clock>();
  std::shared_ptr<counting_ids> ids = std::make_shared<counting_ids>(*time);
  std::shared_ptr<memory_store> store = std::make_shared<memory_store>();
  std::shared_ptr<held_transport> outside = std::make_shared<held_transport>();
  std::shared_ptr<model_script> model = std::make_shared<model_script>();
  std::shared_ptr<sender_script> sender = std::make_shared<sender_script>();
  std::shared_ptr<config::settings> settings = std::make_shared<config::settings>();
  std::shared_ptr<attentive_feed> watchers = std::make_shared<attentive_feed>();
  /// The lines of the node's log.
  std::shared_ptr<std::vector<std::string>> logged = std::make_shared<std::vector<std::string>>();
  business_id shop;
  business_id other_shop;
  connection_id account;
  /// The shop's account at its payment provider.
  payment_connection_id till;
  connection_id other_account;
  std::shared_ptr<actors::child_factory> children = std::make_shared<actors::child_factory>();
  std::shared_ptr<actors::services> node;
  int fenced = 0;
  std::int64_t incarnation = 0;
  actors::tenant_registry_actor registry;
  actors::inbox_pump_actor pump;
  actors::inbox_writer_actor writer;
  actors::order_desk_actor desk;
  actors::llm_router_actor router;
  std::vector<actors::conversation_actor> conversations;

  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;

 private:
  void add_shop(business_id id, connection_id account, const std::string& name);
  void make_children();
  [[nodiscard]] caf::scheduler::test_coordinator& scheduler();

  std::vector<caf::strong_actor_ptr> spawned_;
  int told_ = 0;
};

}  // namespace sellavie::test
