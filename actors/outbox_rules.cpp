#include "actors/outbox_rules.hpp"

#include <algorithm>

#include "protocol/channel/redact.hpp"
#include "protocol/channel/stored_wire.hpp"
#include "protocol/domain/backoff.hpp"

namespace sellavie::actors {
namespace {

using channel::failure_class;

constexpr backoff_settings retry_pauses{
    .first = milliseconds{1000}, .longest = milliseconds{300'000}, .jitter_percent = 50};
constexpr backoff_settings limit_pauses{
    .first = milliseconds{5000}, .longest = milliseconds{600'000}, .jitter_percent = 20};
// Between two probes of an account whose token was refused, or that the platform restricts.
constexpr auto block_pause = std::chrono::hours{1};
// A regain time that Meta names is believed up to here.
constexpr milliseconds longest_limit = std::chrono::hours{6};

std::uint32_t jitter_bits(double jitter) noexcept {
  return static_cast<std::uint32_t>(std::clamp(jitter, 0.0, 0.999999) * 4294967295.0);
}

std::string reason_of(const channel::send_failure& failure) {
  std::string reason{channel::to_string(failure.kind)};
  if (failure.code != 0) reason += ' ' + std::to_string(failure.code);
  return reason;
}

// Meta: a pair limit is tried again after 4^n seconds.
milliseconds pair_pause(std::uint32_t limits) noexcept {
  return std::chrono::seconds{std::int64_t{1} << (2U * std::min(limits + 1, 6U))};
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool has_attachment(const channel::channel_event& event, std::string_view type) {
  return std::any_of(event.attachments.begin(), event.attachments.end(),
                     [&](const auto& one) { return one.type == type; });
}

}  // namespace

channel::send_outcome read_answer(const outbound_response& response) {
  channel::send_failure failure;
  failure.detail = response.reason;
  switch (response.outcome) {
    case transport_outcome::not_sent: failure.kind = failure_class::transient; return failure;
    case transport_outcome::lost: failure.kind = failure_class::unknown; return failure;
    case transport_outcome::answered: break;
  }
  return channel::decode_send(response.status, response.body,
                              {response.header("retry-after"), response.header("x-business-use-case-usage")});
}

failure_verdict decide_failure(const channel::send_failure& failure, const failure_context& context) {
  failure_verdict verdict{.reason = reason_of(failure)};
  const auto limit = [&](std::uint32_t limits) {
    if (failure.retry_after.count() > 0) return std::min(failure.retry_after, longest_limit);
    return backoff(limit_pauses, limits + 1, jitter_bits(context.jitter));
  };
  const auto block = [&] {
    verdict.then = after_failure::block_account;
    verdict.due = context.now + block_pause;
    return verdict;
  };
  switch (failure.kind) {
    case failure_class::transient:
      if (context.attempts + 1 >= most_attempts) return verdict;
      verdict.then = after_failure::back_off;
      verdict.due =
          context.now + std::max(failure.retry_after,
                                 backoff(retry_pauses, static_cast<std::uint32_t>(context.attempts) + 1,
                                         jitter_bits(context.jitter)));
      return verdict;
    case failure_class::rate_limited:
      if (failure.scope == channel::limit_scope::pair) {
        verdict.then = after_failure::pause_customer;
        verdict.due = context.now + std::max(failure.retry_after, pair_pause(context.customer_limits));
      } else {
        verdict.then = after_failure::pause_account;
        if (failure.scope == channel::limit_scope::app) verdict.then = after_failure::pause_app;
        if (failure.scope == channel::limit_scope::token) verdict.then = after_failure::pause_token;
        verdict.due = context.now + limit(context.account_limits);
      }
      return verdict;
    case failure_class::auth: return block();
    case failure_class::unknown: verdict.then = after_failure::wait_for_evidence; return verdict;
    case failure_class::spam: return failure.scope == channel::limit_scope::account ? block() : verdict;
    case failure_class::window_closed:
    case failure_class::permission:
    case failure_class::recipient_gone:
    case failure_class::bad_request: return verdict;
  }
  return verdict;
}

bool are_siblings(const storage::outbox_row& one, const storage::outbox_row& other) noexcept {
  return one.conversation == other.conversation && one.origin == other.origin && one.epoch == other.epoch &&
         one.created_at == other.created_at;
}

bool says_the_same(const storage::outbox_row& row, const channel::channel_event& echo, bool is_our_app) {
  const auto wire = channel::load_wire(row.body);
  if (!wire) return false;
  if (!trimmed(echo.text).empty())
    return trimmed(channel::redact(wire->text)) == trimmed(echo.text) &&
           wire->kind != channel::wire_kind::image && wire->kind != channel::wire_kind::file;
  if (!is_our_app) return false;
  if (wire->kind == channel::wire_kind::image) return has_attachment(echo, "image");
  if (wire->kind == channel::wire_kind::file) return has_attachment(echo, "file");
  return wire->kind == channel::wire_kind::link &&
         (has_attachment(echo, "template") || has_attachment(echo, "fallback"));
}

std::optional<untold_notice> notice_in(const storage::outbox_row& row) {
  if (row.origin != storage::message_origin::system) return std::nullopt;
  const auto wire = channel::load_wire(row.body);
  if (!wire || wire->plain_text.empty()) return std::nullopt;
  const order_id about{parse_uuid(wire->about).value_or(uuid{})};
  return untold_notice{row.id, row.conversation, about, wire->plain_text, {}};
}

bool is_our_app(const config::meta_settings& meta, std::string_view app_id) noexcept {
  if (app_id.empty()) return false;
  return app_id == meta.app_id ||
         std::any_of(meta.apps.begin(), meta.apps.end(), [&](const auto& app) { return app.id == app_id; });
}

std::optional<message_id> our_metadata(std::string_view metadata) noexcept {
  const auto id = parse_uuid(metadata);
  if (!id || id->bytes[6] >> 4 != 7) return std::nullopt;
  return message_id{*id};
}

channel::sender_kind sender_of(storage::message_origin origin) noexcept {
  if (origin == storage::message_origin::person) return channel::sender_kind::person;
  return origin == storage::message_origin::system ? channel::sender_kind::system : channel::sender_kind::ai;
}

bool is_paced_as_media(const storage::outbox_row& row, channel_kind channel) {
  if (channel == channel_kind::whatsapp) return false;
  const auto wire = channel::load_wire(row.body);
  return wire && (wire->kind == channel::wire_kind::image || wire->kind == channel::wire_kind::file);
}

// The burst is what a tick of 50 ms must be able to let through, twice over.
channel::pace pace_of(channel_kind channel, const config::channels_settings& settings) noexcept {
  int per_second = settings.messenger_per_second;
  if (channel == channel_kind::instagram) per_second = settings.instagram_per_second;
  if (channel == channel_kind::whatsapp) per_second = settings.whatsapp_per_second;
  return channel::pace::per_second(per_second, per_second / 10);
}

channel::send_account send_account_of(const channel_account& account, const config::meta_settings& meta) {
  return {.channel = account.channel,
          .external_id = account.external_id,
          .login = account.login == "instagram" ? channel::login_kind::instagram : channel::login_kind::page,
          .page_id = {},
          .graph_url = meta.graph_url,
          .instagram_url = meta.instagram_url,
          .version = meta.version};
}

}  // namespace sellavie::actors
