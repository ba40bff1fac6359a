#include "actors/inbox_writer.hpp"

#include "protocol/channel/lane.hpp"
#include "protocol/channel/stored_event.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

constexpr std::uint64_t ids_per_incarnation = 1ULL << 32U;
constexpr std::int64_t ms_per_day = 86'400'000;

std::int32_t day_of(instant at) noexcept {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(to_unix_ms(at) / ms_per_day, -100'000, 1'000'000));
}

/// As the store knows it.
std::string_view name_of(monitoring::quarantine_reason reason) noexcept {
  using enum monitoring::quarantine_reason;
  switch (reason) {
    case unknown_account: return "stranger";
    case conflicting_account: return "conflict";
    case unknown_object: return "unknown_object";
    case malformed_item: break;
  }
  return "malformed_item";
}

// An inbox id is used once, ever, so it is a nonce as it stands.
crypto::gcm_nonce nonce_of(inbox_id id) noexcept {
  crypto::gcm_nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i)
    nonce[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(id) >> (8 * i));
  return nonce;
}

}  // namespace

void inbox_writer_state::start(services_ptr node, inbox_pump_actor pump) {
  node_ = std::move(node);
  pump_ = std::move(pump);
  bodies_ = std::make_unique<crypto::body_cipher>(*node_->secrets);
  for (const auto& journal : node_->journals) shards_.push_back({journal, {}, false});
}

std::string inbox_writer_state::seal(inbox_id id, const channel::channel_event& event) {
  return bodies_->seal(nonce_of(id), std::to_string(id), channel::store_event(event));
}

void inbox_writer_state::add(routed_event& routed, append& to) {
  const auto id = static_cast<inbox_id>(static_cast<std::uint64_t>(node_->incarnation) * ids_per_incarnation +
                                        ++counter_);
  const instant now = node_->now();
  to.changes->inbound.push_back({id, routed.business, routed.connection, routed.event.dedupe_key,
                                 day_of(routed.event.provider_time), now, seal(id, routed.event),
                                 channel::lane_of(routed.connection, routed.event)});
  to.deliveries.push_back({id, routed.business, routed.connection, now, 0,
                           std::make_shared<channel::channel_event>(std::move(routed.event))});
}

void inbox_writer_state::add(const stray_event& stray, append& to) {
  const auto id = static_cast<inbox_id>(static_cast<std::uint64_t>(node_->incarnation) * ids_per_incarnation +
                                        ++counter_);
  const bool has_channel = stray.reason != monitoring::quarantine_reason::unknown_object;
  to.changes->quarantined.push_back({id, std::string{name_of(stray.reason)},
                                     has_channel ? std::string{to_string(stray.event.channel)} : "unknown",
                                     node_->now(), seal(id, stray.event)});
  to.strays.push_back(stray.reason);
}

void inbox_writer_state::accept(const accept_request& incoming) {
  auto& request = *incoming.request;
  std::vector<append> parts(shards_.size());
  for (routed_event& routed : request.events)
    add(routed, parts[std::hash<business_id>{}(routed.business) % shards_.size()]);
  for (const stray_event& stray : request.strays) add(stray, parts.front());
  auto one = std::make_shared<pending>();
  one->request = incoming.request;
  for (const append& part : parts)
    if (part.rows() > 0) ++one->appends;
  if (one->appends == 0) {
    one->appends = 1;
    return settle(*one, true);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].rows() == 0) continue;
    parts[i].requests.push_back(one);
    enqueue(i, std::move(parts[i]));
  }
}

void inbox_writer_state::enqueue(std::size_t shard_at, append part) {
  shards_[shard_at].waiting.push_back(std::move(part));
  if (!shards_[shard_at].busy) send_next(shard_at);
}

void inbox_writer_state::send_next(std::size_t shard_at) {
  shard& at = shards_[shard_at];
  if (at.waiting.empty()) return;
  std::size_t rows = 0;
  std::size_t taken = 0;
  while (taken < at.waiting.size() && (taken == 0 || rows < max_append)) rows += at.waiting[taken++].rows();
  const auto end = at.waiting.begin() + static_cast<std::ptrdiff_t>(taken);
  std::vector<append> parts(std::make_move_iterator(at.waiting.begin()), std::make_move_iterator(end));
  at.waiting.erase(at.waiting.begin(), end);
  at.busy = true;
  commit(shard_at, std::move(parts));
}

void inbox_writer_state::commit(std::size_t shard_at, std::vector<append> parts) {
  auto changes = parts.front().changes;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto& from = *parts[i].changes;
    if (i == 1) changes = std::make_shared<storage::change_set>(*changes);
    changes->inbound.insert(changes->inbound.end(), from.inbound.begin(), from.inbound.end());
    changes->quarantined.insert(changes->quarantined.end(), from.quarantined.begin(), from.quarantined.end());
  }
  auto held = std::make_shared<std::vector<append>>(std::move(parts));
  const auto done = [this, shard_at, held](const commit_reply& reply) {
    shards_[shard_at].busy = false;
    if (reply.outcome == storage::commit_outcome::refused && held->size() > 1)
      commit_apart(shard_at, std::move(*held));
    else on_committed(*held, reply);
    if (!shards_[shard_at].busy) send_next(shard_at);
  };
  self_->request(shards_[shard_at].journal, caf::infinite, commit_request{std::move(changes)})
      .then(done, [done](const caf::error&) { done(commit_reply{}); });
}

// One request's bad row must not fail its neighbours.
void inbox_writer_state::commit_apart(std::size_t shard_at, std::vector<append> parts) {
  for (append& part : parts) {
    std::vector<append> single;
    single.push_back(std::move(part));
    commit(shard_at, std::move(single));
  }
}

void inbox_writer_state::on_committed(std::vector<append>& parts, const commit_reply& reply) {
  const bool stored = reply.outcome == storage::commit_outcome::committed;
  committed_events fresh;
  std::size_t at = 0;
  for (append& part : parts) {
    for (delivery& one : part.deliveries) {
      const bool is_fresh = stored && reply.fresh[at++];
      if (is_fresh) {
        node_->metrics->accepted(one.event->channel).increment();
        fresh.deliveries.push_back(std::move(one));
      } else if (stored) {
        node_->metrics->duplicates().increment();
      }
    }
    if (stored)
      for (const auto reason : part.strays) node_->metrics->quarantined(reason).increment();
    storage::fault_point("webhook.committed");
    for (auto& request : part.requests) settle(*request, stored);
  }
  if (!fresh.deliveries.empty()) self_->send(pump_, std::move(fresh));
}

void inbox_writer_state::settle(pending& one, bool stored) {
  one.stored = one.stored && stored;
  if (--one.appends > 0) return;
  if (auto answered = std::exchange(one.request->answered, nullptr)) answered(one.stored);
}

inbox_writer_actor::behavior_type inbox_writer(inbox_writer_actor::stateful_pointer<inbox_writer_state> self,
                                               services_ptr node, inbox_pump_actor pump) {
  self->state.start(std::move(node), std::move(pump));
  return {[self](const accept_request& incoming) { self->state.accept(incoming); }};
}

}  // namespace sellavie::actors
