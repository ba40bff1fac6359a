#pragma once
// A sender between a parent that listens, a store in memory and a scripted channel.

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "actors/failure.hpp"
#include "actors/outbox_sender.hpp"
#include "protocol/channel/stored_wire.hpp"
#include "tests/actors/support/stage.hpp"

namespace sellavie::test {

using namespace actors;
using namespace std::chrono_literals;
using channel::delivery_state;
using channel::event_kind;
using storage::commit_outcome;
using storage::message_origin;
using storage::send_state;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct heard {
  std::vector<inbox_id> finished;
  std::vector<delivery> spoke;
};

inline outbox_sender_parent::behavior_type listening_parent(outbox_sender_parent::pointer,
                                                            std::shared_ptr<heard> to) {
  return {
      [to](const deliveries_finished& done) {
        to->finished.insert(to->finished.end(), done.ids.begin(), done.ids.end());
      },
      [to](const person_spoke& spoke) { to->spoke.push_back(spoke.echo); },
  };
}

class outbox_stage : public stage {
 protected:
  outbox_stage() {
    settings->meta.app_id = "42";
    settings->outbox.evidence_s = 30s;
    store->after_commit = [this](memory_store::batch sets) {
      for (const auto* set : sets) {
        read_marks.insert(read_marks.end(), set->read_marks.begin(), set->read_marks.end());
        if (!set->inbox_done.empty()) ++inbox_commits;
      }
    };
    customer("C1");
    parent = keep(system().spawn(listening_parent, told));
  }

  // --- arranging
  void use_channel(channel_kind wanted) { kind = wanted; }
  conversation_id customer(const std::string& scoped_id) {
    const auto id = ids->next_as<conversation_id>();
    const auto contact = ids->next_as<contact_id>();
    store->rows.contacts[contact] = {business, connection, scoped_id, {}, {}};
    store->rows.conversations[id] = {.business = business,
                                     .connection = connection,
                                     .contact = contact,
                                     .epoch = 1,
                                     .last_customer_at = clock->now()};
    chats[scoped_id] = id;
    return id;
  }
  [[nodiscard]] tenant_ptr snapshot(const std::string& token) const {
    auto shop = std::make_shared<tenant>();
    shop->id = business;
    shop->accounts.push_back({connection, kind, "page", "page_1", token, true});
    return shop;
  }
  void start() {
    sender = keep(system().spawn(outbox_sender, services_ptr{node}, snapshot("token-1"), connection, parent));
    caf::actor_cast<caf::strong_actor_ptr>(sender)->get()->attach_functor(
        [this](const caf::error& reason) { ended = code_of(reason); });
    run();
  }
  storage::outbox_row a_row(const std::string& text, send_state state, const std::string& to = "C1") {
    return {.id = ids->next_as<message_id>(),
            .business = business,
            .connection = connection,
            .conversation = chats.at(to),
            .recipient = to,
            .origin = message_origin::ai,
            .epoch = 1,
            .state = state,
            .due_at = clock->now(),
            .created_at = clock->now(),
            .body = channel::store_wire({.text = text})};
  }
  /// As an earlier commit left it.
  message_id stored(const storage::outbox_row& row) {
    store->rows.outbox[row.id] = row;
    keep_message(row, row.state, {});
    return row.id;
  }
  /// Settled by an earlier run.
  message_id settled(const storage::outbox_row& row, send_state state, const std::string& external_id) {
    keep_message(row, state, external_id);
    return row.id;
  }
  void keep_message(const storage::outbox_row& row, send_state state, const std::string& external_id) {
    store->rows.messages.push_back({.conversation = row.conversation,
                                    .id = row.id,
                                    .business = business,
                                    .outgoing = true,
                                    .origin = row.origin,
                                    .state = state,
                                    .external_id = external_id});
  }

  // --- acting
  void announce(const std::vector<storage::outbox_row>& rows) {
    for (const auto& row : rows) stored(row);
    announce_only(rows);
  }
  void announce_only(const std::vector<storage::outbox_row>& rows) {
    caf::anon_send(
        sender, outbox_committed{connection, rows,
                                 store->rows.conversations.at(rows.front().conversation).last_customer_at});
    run();
  }
  message_id say(const std::string& text, const std::string& to = "C1") {
    const auto row = a_row(text, send_state::sending, to);
    announce({row});
    return row.id;
  }
  inbox_id deliver(channel::channel_event event) {
    const inbox_id id = ++last_inbox;
    event.channel = kind;
    if (event.customer_id.empty()) event.customer_id = "C1";
    event.provider_time = clock->now();
    store->rows.inbox[id] = {.id = id, .business = business, .connection = connection};
    caf::anon_send(sender, delivery{id, business, connection, clock->now(), 0,
                                    std::make_shared<channel::channel_event>(std::move(event))});
    run();
    return id;
  }
  static channel::channel_event an_echo(const std::string& text, const std::string& external_id) {
    channel::channel_event event;
    event.kind = event_kind::echo;
    event.text = text;
    event.external_id = external_id;
    return event;
  }
  /// As it reaches the sender: for a test that sends it by itself.
  [[nodiscard]] channel::channel_event echo_now(const std::string& text,
                                                const std::string& external_id) const {
    auto event = an_echo(text, external_id);
    event.channel = kind;
    event.customer_id = "C1";
    event.provider_time = clock->now();
    return event;
  }
  static channel::channel_event a_status(delivery_state state, const std::string& subject,
                                         const std::string& metadata = {}) {
    channel::channel_event event;
    event.kind = event_kind::status;
    event.state = state;
    event.subject_id = subject;
    event.metadata = metadata;
    return event;
  }
  void raise_epoch(std::int64_t epoch) {
    store->rows.conversations.at(chats.at("C1")).epoch = epoch;
    caf::anon_send(sender, epoch_raised{connection, chats.at("C1"), epoch});
    run();
  }
  void accept(std::size_t call, const std::string& external_id) {
    const auto body = kind == channel_kind::whatsapp
                          ? R"({"messages":[{"id":")" + external_id + R"("}]})"
                          : R"({"recipient_id":"C1","message_id":")" + external_id + R"("})";
    world->answer(call, 200, body);
    run();
  }
  void refuse(std::size_t call, int code, int subcode = 0) {
    world->answer(call, 400,
                  R"({"error":{"message":"no","code":)" + std::to_string(code) + R"(,"error_subcode":)" +
                      std::to_string(subcode) + "}}");
    run();
  }
  void lose(std::size_t call) {
    world->lose(call);
    run();
  }

  // --- asserting
  [[nodiscard]] std::vector<std::string> sent_texts() const {
    std::vector<std::string> texts;
    for (const auto& call : world->calls) {
      const auto body = nlohmann::json::parse(call.request.body);
      if (body.contains("message")) texts.push_back(body["message"]["text"]);
      if (body.contains("text")) texts.push_back(body["text"]["body"]);
    }
    return texts;
  }
  [[nodiscard]] send_state state_of(const message_id& id) const {
    for (const auto& row : store->rows.messages)
      if (row.id == id) return row.state;
    return send_state::received;
  }
  [[nodiscard]] std::string external_id_of(const message_id& id) const {
    for (const auto& row : store->rows.messages)
      if (row.id == id) return row.external_id;
    return {};
  }
  [[nodiscard]] send_state row_state(const message_id& id) const { return store->rows.outbox.at(id).state; }
  [[nodiscard]] bool is_open(const message_id& id) const { return store->rows.outbox.contains(id); }
  [[nodiscard]] std::vector<std::string> tasks() const {
    std::vector<std::string> kinds;
    for (const auto& task : store->rows.tasks) kinds.push_back(task.kind);
    return kinds;
  }

  channel_kind kind = channel_kind::messenger;
  business_id business = ids->next_as<business_id>();
  connection_id connection = ids->next_as<connection_id>();
  std::map<std::string, conversation_id> chats;
  std::vector<storage::read_mark> read_marks;
  std::size_t inbox_commits = 0;
  std::shared_ptr<heard> told = std::make_shared<heard>();
  outbox_sender_parent parent;
  outbox_sender_actor sender;
  std::optional<errc> ended;
  inbox_id last_inbox = 0;
};

}  // namespace sellavie::test
