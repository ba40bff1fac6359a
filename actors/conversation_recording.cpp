// What only changes what the conversation remembers: messages of a thread that another app owns, earlier
// messages, edits and unsends (docs/adr/0021), another number of theirs (docs/adr/0034). No turn, no word to the customer. Recorded between turns.
#include <algorithm>
#include <array>

#include "actors/conversation.hpp"
#include "protocol/channel/window.hpp"

namespace sellavie::actors {
namespace {

using channel::event_kind;
using storage::send_state;

constexpr std::size_t most_recorded_at_once = 64;

/// The message that must be looked for first: the one that is changed, or one that may be there already.
const std::string& message_named_by(const channel::channel_event& event) {
  static const std::string none;
  switch (event.kind) {
    case event_kind::edit:
    case event_kind::unsend: return event.subject_id;
    case event_kind::history: return event.external_id;
    default: return none;
  }
}

// Earlier messages sort where they belong: a UUIDv7 begins with its time.
message_id id_at(instant at, id_source& ids) {
  const uuid fresh = ids.next();
  std::array<std::uint8_t, 10> tail{};
  std::copy_n(fresh.bytes.begin() + 6, tail.size(), tail.begin());
  return message_id{make_uuid_v7(at, tail)};
}

bool is_from_business(const channel::channel_event& event) {
  return event.kind == event_kind::history && event.metadata != "from_customer";
}

storage::message_row message_of(const chat_context& chat, const delivery& one) {
  const channel::channel_event& event = *one.event;
  const instant now = chat.node->now();
  const bool is_history = event.kind == event_kind::history;
  const bool outgoing = is_from_business(event);
  const instant at = is_history ? std::clamp(event.provider_time, instant{}, now) : one.accepted_at;
  return {.conversation = chat.conversation,
          .id = is_history ? id_at(at, *chat.node->ids) : chat.node->ids->next_as<message_id>(),
          .business = chat.business->id,
          .turn = std::nullopt,
          .outgoing = outgoing,
          .origin = outgoing ? storage::message_origin::person : storage::message_origin::customer,
          .state = outgoing ? send_state::delivered : send_state::received,
          .external_id = event.external_id,
          .body = text_of(event),
          .attachments = attachments_json(event),
          .provider_time = event.provider_time,
          .created_at = at};
}

/// One batch's rows, each delivery in the order of acceptance.
class record_writer {
 public:
  record_writer(const chat_context& chat, const record_batch& batch) : chat_{chat}, batch_{batch} {}

  void add(const delivery& one) {
    const event_kind kind = one.event->kind;
    if (kind == event_kind::system) return note(one);
    const bool is_correction = kind == event_kind::edit || kind == event_kind::unsend;
    is_correction ? correct(one) : store(one);
  }
  std::shared_ptr<storage::change_set> changes = std::make_shared<storage::change_set>();
  instant last_customer{};
  instant last_message{};

 private:
  void store(const delivery& one) {
    changes->inbox_done.push_back(one.id);
    const bool is_known = one.event->kind == event_kind::history &&
                          (batch_.known.contains(one.event->external_id) || fresh(one.event->external_id));
    if (is_known) return;
    changes->messages.push_back(message_of(chat_, one));
    last_message = std::max(last_message, changes->messages.back().created_at);
    if (channel::opens_window(*one.event)) last_customer = std::max(last_customer, one.event->provider_time);
  }

  void note(const delivery& one) {
    changes->recorded.push_back(
        {one.id, std::string{channel::to_string(one.event->kind)}, chat_.node->now()});
  }

  void correct(const delivery& one) {
    const channel::channel_event& event = *one.event;
    const bool unsent = event.kind == event_kind::unsend;
    storage::message_row* row = fresh(event.subject_id);
    const auto known = batch_.known.find(event.subject_id);
    const bool is_empty = !unsent && event.text.empty() && event.attachments.empty();
    if (is_empty || (row == nullptr && known == batch_.known.end())) {
      return note(one);
    }
    changes->inbox_done.push_back(one.id);
    const std::string body = unsent ? std::string{} : text_of(event);
    if (row != nullptr) return change(*row, body, unsent);
    auto& corrections = changes->corrections;
    const auto same = std::find_if(corrections.begin(), corrections.end(),
                                   [&](const auto& earlier) { return earlier.id == known->second; });
    if (same == corrections.end()) corrections.push_back({chat_.conversation, known->second, body, unsent});
    else if (!same->unsent) *same = {chat_.conversation, known->second, body, unsent};
  }

  static void change(storage::message_row& row, const std::string& body, bool unsent) {
    if (row.state == send_state::unsent) return;
    row.body = body;
    if (!unsent) return;
    row.attachments.clear();
    row.state = send_state::unsent;
  }

  /// One that this batch stores.
  storage::message_row* fresh(const std::string& external_id) {
    if (external_id.empty()) return nullptr;
    const auto row = std::find_if(changes->messages.begin(), changes->messages.end(),
                                  [&](const auto& one) { return one.external_id == external_id; });
    return row == changes->messages.end() ? nullptr : &*row;
  }

  const chat_context& chat_;
  const record_batch& batch_;
};

}  // namespace

void conversation_state::keep_for_record(const delivery& one) {
  const bool is_held = std::any_of(records_.begin(), records_.end(),
                                   [&](const delivery& other) { return other.id == one.id; });
  if (is_held) return;
  records_.push_back(one);
  if (phases_.phase() == conversation_phase::loading) return load();
  if (phases_.is_quiet()) record();
}

// Between two turns: what waits to be recorded comes first, so that the next turn sees it.
void conversation_state::settle() {
  if (records_.empty()) return follow(phases_.settled());
  record();
}

void conversation_state::record() {
  phases_.acting();
  auto batch = std::make_shared<record_batch>();
  const auto count = std::min(records_.size(), most_recorded_at_once);
  batch->deliveries.assign(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count));
  look_up(std::move(batch), 0);
}

// One question after the other; a conversation that is not written yet has no messages.
void conversation_state::look_up(std::shared_ptr<record_batch> batch, std::size_t next) {
  const auto& deliveries = batch->deliveries;
  while (next < deliveries.size()) {
    const std::string& wanted = message_named_by(*deliveries[next].event);
    if (!unwritten_ && !wanted.empty() && !batch->known.contains(wanted)) break;
    ++next;
  }
  if (next == deliveries.size()) return write_records(batch);
  const std::string wanted = message_named_by(*deliveries[next].event);
  self_
      ->request(with_.node->reader_of(with_.connection.value), caf::infinite,
                storage::sent_question{.connection = with_.connection,
                                       .scoped_id = with_.customer,
                                       .alias = {},
                                       .id = std::nullopt,
                                       .external_id = wanted,
                                       .side = storage::message_side::both})
      .then(
          [this, batch, next, wanted](const found_sent& told) {
            if (told.message) batch->known.emplace(wanted, told.message->id);
            look_up(batch, next + 1);
          },
          [this](const caf::error& failure) { fail(failure); });
}

void conversation_state::write_records(const std::shared_ptr<record_batch>& batch) {
  record_writer writer{chat_, *batch};
  std::vector<inbox_id> ids;
  for (const delivery& one : batch->deliveries) {
    writer.add(one);
    meet(*one.event);
    ids.push_back(one.id);
  }
  const bool has_messages = !writer.changes->messages.empty();
  const bool has_changed = has_messages || !writer.changes->corrections.empty();
  if (has_messages)
    writer.changes->conversations.push_back({.conversation = chat_.conversation,
                                             .business = chat_.business->id,
                                             .expected_epoch = phases_.epoch(),
                                             .epoch = phases_.epoch(),
                                             .owner = owner(),
                                             .handover_reason = handover_reason_,
                                             .last_customer_at = writer.last_customer,
                                             .last_message_at = writer.last_message});
  chat_.last_customer_at = std::max(chat_.last_customer_at, writer.last_customer);
  commit(writer.changes, [this, ids = std::move(ids), has_changed] { on_recorded(ids, has_changed); });
}

void conversation_state::on_recorded(const std::vector<inbox_id>& ids, bool has_changed) {
  self_->send(with_.parent, deliveries_finished{ids});
  for (const inbox_id id : ids) phases_.remember_completed(id);
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(ids.size()));
  if (has_changed) return reload_history();
  settle();
}

// What the model is told from here on is what the store remembers.
void conversation_state::reload_history() {
  static const delivery nobody{.event = std::make_shared<channel::channel_event>()};
  self_->request(with_.node->reader_of(with_.connection.value), caf::infinite, wanted_conversation(nobody))
      .then(
          [this](const shared<storage::conversation_record>& record) {
            adopt_history(*record);
            settle();
          },
          [this](const caf::error& failure) { fail(failure); });
}

}  // namespace sellavie::actors
