#include "tests/actors/support/shop_world.hpp"

#include <gtest/gtest.h>

namespace sellavie::test {

using namespace actors;

namespace {

crypto::fernet_ring ring() {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(7);
  return crypto::fernet_ring{crypto::fernet_key{bytes}};
}

llm_router_actor::behavior_type scripted_model(llm_router_actor::pointer self,
                                               std::shared_ptr<model_script> script) {
  return {
      [self, script](const ask_model& wanted) -> caf::result<model_answer> {
        script->asked.push_back(wanted);
        auto promise = self->make_response_promise<model_answer>();
        auto returned = promise;
        std::optional<model_answer> answer;
        if (!script->answers.empty()) {
          answer = script->answers.front();
          script->answers.pop_front();
        } else if (script->always) {
          answer = script->always(wanted);
        }
        if (answer) promise.deliver(*answer);
        else script->held.push_back(std::move(promise));
        return returned;
      },
      [script](replan_atom, std::uint64_t) {
        if (script->held.empty() || !script->released) return;
        script->held.front().deliver(*std::exchange(script->released, std::nullopt));
        script->held.pop_front();
      },
  };
}

outbox_sender_actor::behavior_type scripted_sender(outbox_sender_actor::pointer self,
                                                   std::shared_ptr<sender_script> script, services_ptr node,
                                                   outbox_sender_parent parent) {
  return {
      [script](const outbox_committed& committed) {
        script->rows.insert(script->rows.end(), committed.rows.begin(), committed.rows.end());
      },
      [script](const epoch_raised& raised) { script->epochs.push_back(raised); },
      [script](const unannounced_rows&) { ++script->looks; },
      [script](const show_typing&) { ++script->typing; },
      [self, script, node, parent](const delivery& one) {
        script->deliveries.push_back(one.id);
        if (one.event->kind == channel::event_kind::echo) return self->send(parent, person_spoke{one});
        auto changes = std::make_shared<storage::change_set>();
        changes->inbox_done.push_back(one.id);
        self->request(node->journal_of(one.business), caf::infinite, commit_request{changes})
            .then([self, parent,
                   id = one.id](const commit_reply&) { self->send(parent, deliveries_finished{{id}}); },
                  [](const caf::error&) {});
      },
      [](const tenant_ptr&) {},
      [](tick_atom) {},
  };
}

}  // namespace

uuid counting_ids::next() {
  std::array<std::uint8_t, 10> bytes{};
  const std::uint64_t value = ++count_ * 0x9E3779B97F4A7C15ULL;
  for (std::size_t i = 0; i < 8; ++i) bytes[i + 2] = static_cast<std::uint8_t>(value >> (8 * i));
  bytes[0] = static_cast<std::uint8_t>(count_ >> 8U);
  bytes[1] = static_cast<std::uint8_t>(count_);
  return make_uuid_v7(time_.now(), bytes);
}

void held_transport::send(outbound_request request, completion done) {
  seen.push_back(request);
  if (at_once) {
    if (auto response = at_once(request)) return done(std::move(*response));
  }
  waiting.push_back({std::move(request), std::move(done)});
}

void held_transport::answer(outbound_response response) {
  ASSERT_FALSE(waiting.empty()) << "nobody asks";
  auto done = std::move(waiting.front().done);
  waiting.pop_front();
  done(std::move(response));
}

outbound_response http(int status, std::string body, header_list headers) {
  return {transport_outcome::answered, status, std::move(headers), std::move(body), {}};
}

outbound_response lost_answer() { return {transport_outcome::lost, 0, {}, {}, "deadline"}; }

model_answer says(std::string text) { return calls({}, std::move(text)); }

model_answer calls(std::vector<std::pair<std::string, std::string>> tools, std::string text) {
  llm::chat_completion completion;
  completion.text = std::move(text);
  for (auto& [name, arguments] : tools)
    completion.tool_calls.push_back(
        {"call_" + std::to_string(completion.tool_calls.size()), name, arguments});
  return {model_outcome::answered, std::make_shared<const llm::chat_completion>(std::move(completion)),
          "openai", action_encoding::tools};
}

model_answer nothing(model_outcome why) { return {why, nullptr, {}, action_encoding::tools}; }

shop_world::shop_world(world_options wished) : options{std::move(wished)} {
  config.set("scheduler.policy", caf::atom("testing"));
  system = std::make_unique<caf::actor_system>(config);
  system->await_actors_before_shutdown(false);
  settings->conversation.gather_ms = options.gather;
  settings->http.public_url = "https://shop.example";
  settings->llm.order = options.providers;
  for (const auto& name : options.providers) {
    auto& provider = settings->llm.providers[name];
    provider.base_url = "https://" + name + ".example";
    provider.model = "test";
  }
  shop = ids->next_as<business_id>();
  other_shop = ids->next_as<business_id>();
  account = ids->next_as<connection_id>();
  other_account = ids->next_as<connection_id>();
  till = ids->next_as<payment_connection_id>();
  add_shop(shop, account, "Ada Fabrics");
  add_shop(other_shop, other_account, "Bola Shoes");
  add_product("A1", 1'500'000, 20, shop);
  add_product("B2", 250'000, 5, shop);
  add_product("Z9", 990'000, 7, other_shop);
  make_children();
  start();
}

shop_world::~shop_world() { kill(); }

caf::scheduler::test_coordinator& shop_world::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler());
}

void shop_world::add_shop(business_id id, connection_id connection, const std::string& name) {
  storage::tenant_record record{.id = id,
                                .key = name,
                                .name = name,
                                .currency = "NGN",
                                .timezone = "Africa/Lagos",
                                .locale = "en-NG",
                                .training = R"({"tone":"warm","facts":["We close at 18:00."]})",
                                .version = 1};
  const auto sealed = ring().encrypt("token", {}, time->now());
  record.connections.push_back({connection, channel_kind::messenger, "page", "page_1", sealed});
  if (options.payments)
    record.payments.push_back({till, "paystack", "test", ring().encrypt("sk_test", {}, time->now())});
  store->rows.businesses[id] = record;
}

void shop_world::add_product(const std::string& sku, std::int64_t price_minor, std::int64_t pieces,
                             business_id owner) {
  const auto id = ids->next_as<product_id>();
  store->rows.products[id] = {owner, {id, sku, "Product " + sku, "", price_minor, 1, pieces, true}};
}

void shop_world::make_children() {
  children->conversation = [this](caf::scheduled_actor& parent, conversation_dependencies with) {
    conversations.push_back(keep(parent.system().spawn(actors::conversation, std::move(with))));
    return conversations.back();
  };
  children->sender = [this](caf::scheduled_actor& parent, services_ptr with, tenant_ptr business,
                            connection_id sends_for, outbox_sender_parent above) {
    if (options.real_sender)
      return keep<outbox_sender_actor>(parent.system().spawn(
          outbox_sender, std::move(with), std::move(business), sends_for, std::move(above)));
    return keep(parent.system().spawn(scripted_sender, sender, std::move(with), std::move(above)));
  };
  children->orders = [this](caf::scheduled_actor& parent, services_ptr with, tenant_ptr business) {
    const bool ours = business->id == shop;
    spawned_.push_back(parent.ctrl());
    auto made = keep(parent.system().spawn(order_desk, std::move(with), std::move(business)));
    if (ours) desk = made;
    return made;
  };
  children->invoices = [this](caf::scheduled_actor& parent, services_ptr with, tenant_ptr business) {
    return keep(parent.system().spawn(invoice_desk, std::move(with), std::move(business)));
  };
  children->payments = [this](caf::scheduled_actor& parent, services_ptr with, tenant_ptr business) {
    return keep(
        parent.system().spawn(sellavie::actors::payment_client, std::move(with), std::move(business)));
  };
  children->quota = [this](caf::scheduled_actor& parent, services_ptr with, tenant_ptr business) {
    return keep(parent.system().spawn(quota_desk, std::move(with), std::move(business)));
  };
}

void shop_world::start() {
  node = std::make_shared<services>();
  node->settings = settings;
  node->time = time;
  node->ids = ids;
  node->outside = outside;
  node->metrics = std::make_shared<monitoring::metrics>(settings->llm.order);
  node->log = std::make_shared<monitoring::logger>(monitoring::log_options{
      .queue = 0,
      .now = [clock = time] { return clock->now(); },
      .write =
          [lines = logged](std::string_view line) {
            lines->emplace_back(line);
            if (std::getenv("SELLAVIE_TEST_LOG") != nullptr)
              std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
          }});
  node->secrets = std::make_shared<const crypto::fernet_ring>(ring());
  node->watchers = watchers;
  node->incarnation = ++incarnation;
  node->jitter = [] { return 0.5; };
  for (std::size_t i = 0; i < options.journals; ++i)
    node->journals.push_back(
        keep(system->spawn(journal, journal_dependencies{.store = store,
                                                         .reads = store,
                                                         .metrics = node->metrics,
                                                         .on_fenced = [this] { ++fenced; },
                                                         .watchers = watchers,
                                                         .jobs = node->jobs,
                                                         .linger = std::chrono::microseconds{0}})));
  node->readers.push_back(keep(system->spawn(reader, store, node->metrics)));
  const services_ptr shared_node = node;
  router = keep(options.real_model ? system->spawn(llm_router, shared_node)
                                   : system->spawn(scripted_model, model));
  registry =
      keep(system->spawn(tenant_registry, tenant_registry_dependencies{shared_node, router, children}));
  pump =
      keep(system->spawn(inbox_pump, shared_node, delivery_sink{registry}, pump_limits::of(options.window)));
  caf::anon_send(registry, meet_pump{pump});
  writer = keep(system->spawn(inbox_writer, shared_node, pump));
  run();
}

void shop_world::kill() {
  for (const auto& one : spawned_)
    caf::anon_send_exit(caf::actor_cast<caf::actor>(one), caf::exit_reason::kill);
  run();
  spawned_.clear();
  conversations.clear();
  model->held.clear();
  model->released.reset();
  outside->waiting.clear();
  registry = nullptr;
  pump = nullptr;
  writer = nullptr;
  desk = nullptr;
  router = nullptr;
}

void shop_world::run() {
  std::size_t left = 2'000'000;
  while (left > 0 && scheduler().try_run_once()) --left;
  if (left == 0) ADD_FAILURE() << "the actors never come to rest";
}

bool shop_world::run_until(const std::function<bool()>& holds) {
  while (!holds())
    if (!scheduler().try_run_once()) return holds();
  return true;
}

void shop_world::advance(milliseconds by, milliseconds step) {
  run();
  while (by.count() > 0) {
    const auto now = std::min(by, step);
    time->move(now);
    scheduler().advance_time(std::chrono::duration_cast<caf::timespan>(now));
    run();
    by -= now;
  }
}

routed_event shop_world::message(const std::string& customer, const std::string& text) {
  routed_event one{shop, account, {}};
  one.event.kind = channel::event_kind::message;
  one.event.customer_id = customer;
  one.event.dedupe_key = "key-" + std::to_string(++told_);
  one.event.external_id = "mid-" + std::to_string(told_);
  one.event.provider_time = time->now();
  one.event.text = text;
  return one;
}

routed_event shop_world::echo(const std::string& customer, const std::string& text) {
  auto one = message(customer, text);
  one.event.kind = channel::event_kind::echo;
  return one;
}

std::shared_ptr<std::optional<bool>> shop_world::receive(std::vector<routed_event> events) {
  auto answered = std::make_shared<std::optional<bool>>();
  auto request = std::make_shared<accepted_request>();
  request->events = std::move(events);
  request->answered = [answered](bool stored) {
    EXPECT_FALSE(answered->has_value()) << "a request is answered once";
    *answered = stored;
  };
  caf::anon_send(writer, accept_request{std::move(request)});
  return answered;
}

void shop_world::customer_says(const std::string& customer, const std::string& text) {
  receive({message(customer, text)});
  run();
}

void shop_world::person_types(const std::string& customer, const std::string& text) {
  receive({echo(customer, text)});
}

std::shared_ptr<asked_person> shop_world::command(const std::string& customer, chat_command what) {
  return command(
      command_chat{account, customer, what, "Grace", {.request_id = "request of Grace", .at = time->now()}});
}

std::shared_ptr<asked_person> shop_world::person_sends(const std::string& customer, const std::string& key,
                                                       const std::string& text) {
  const composed_message message{
      .account = api::account_id{shop.value}, .key = key, .fingerprint = text, .text = text, .image_url = {}};
  return command(command_chat{account,
                              customer,
                              chat_command::send,
                              "Grace",
                              {.request_id = "request of Grace", .at = time->now()},
                              message});
}

std::shared_ptr<asked_person> shop_world::command(command_chat asked_for) {
  auto asked = std::make_shared<asked_person>();
  const command_business wanted{shop, std::move(asked_for)};
  system->spawn([asked, wanted, to = registry](caf::event_based_actor* self) {
    self->request(to, caf::infinite, wanted)
        .then([asked](const chat_commanded& answer) { asked->answer = answer; },
              [asked](const caf::error& failure) { asked->failure = code_of(failure); });
  });
  return asked;
}

void shop_world::model_answers(model_answer answer) {
  ASSERT_FALSE(model->held.empty()) << "the model is not asked";
  model->released = std::move(answer);
  caf::anon_send(router, replan_atom::value, std::uint64_t{0});
}

void shop_world::crash_desk(errc why) { end(desk, why); }

void shop_world::crash_conversations(errc why) {
  for (const auto& one : conversations) end(one, why);
  conversations.clear();
}

std::vector<std::string> shop_world::texts(storage::message_origin origin) const {
  std::vector<std::string> found;
  for (const auto& row : store->rows.messages)
    if (row.origin == origin) found.push_back(row.body);
  return found;
}

const stored_conversation& shop_world::chat(const std::string& customer) const {
  const auto* found = store->conversation_of(account, customer);
  if (found == nullptr) throw std::runtime_error("no chat with " + customer);
  return *found;
}

std::vector<storage::turn_outcome> shop_world::outcomes() const {
  std::vector<std::pair<instant, storage::turn_row>> ended;
  for (const auto& [key, row] : store->rows.turns)
    if (row.completed) ended.emplace_back(row.ended_at, row);
  std::stable_sort(ended.begin(), ended.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<storage::turn_outcome> found;
  for (const auto& [at, row] : ended) found.push_back(row.outcome);
  return found;
}

std::vector<storage::order_row> shop_world::orders() const {
  std::vector<storage::order_row> found;
  for (const auto& [id, row] : store->rows.orders) found.push_back(row);
  return found;
}

std::int64_t shop_world::stock(const std::string& sku) const {
  for (const auto& [id, entry] : store->rows.products)
    if (entry.second.sku == sku) return entry.second.stock;
  return -1;
}

std::size_t shop_world::tasks(const std::string& kind) const {
  return static_cast<std::size_t>(std::count_if(store->rows.tasks.begin(), store->rows.tasks.end(),
                                                [&](const auto& one) { return one.kind == kind; }));
}

}  // namespace sellavie::test
