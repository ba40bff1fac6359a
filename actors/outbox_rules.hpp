#pragma once
// What the sender decides, without knowing how it is carried out. Pure: time and jitter are arguments.

#include <optional>
#include <string>
#include <string_view>

#include "actors/tenant.hpp"
#include "actors/transport.hpp"
#include "actors/untold.hpp"
#include "config/settings.hpp"
#include "protocol/channel/event.hpp"
#include "protocol/channel/pacing.hpp"
#include "protocol/channel/send.hpp"
#include "storage/message_rows.hpp"

namespace sellavie::actors {

inline constexpr std::int16_t most_attempts = 8;

/// What one HTTP exchange says: not sent is transient, lost is unknown.
[[nodiscard]] channel::send_outcome read_answer(const outbound_response& response);

enum class after_failure : std::uint8_t {
  /// Again at `due`.
  back_off,
  /// As above, and all accounts of our app, or all that share the token, rest until `due`.
  pause_app,
  pause_token,
  /// As above, and the whole account (or the customer) rests until `due`.
  pause_account,
  pause_customer,
  /// As above, until another token comes or `due`; a person is told.
  block_account,
  /// It may have arrived.
  wait_for_evidence,
  give_up,
};

struct failure_verdict {
  after_failure then = after_failure::give_up;
  instant due{};
  /// "window_closed 131047": for the task and the log; no customer text.
  std::string reason;
};

struct failure_context {
  /// Of this row before this failure.
  std::int16_t attempts = 0;
  /// Rate limits in a row: of the customer, of the account.
  std::uint32_t customer_limits = 0;
  std::uint32_t account_limits = 0;
  instant now{};
  /// Uniform in [0, 1).
  double jitter = 0;
};
[[nodiscard]] failure_verdict decide_failure(const channel::send_failure& failure,
                                             const failure_context& context);

/// Parts of one reply are written by one commit: same author, epoch and instant.
[[nodiscard]] bool are_siblings(const storage::outbox_row& one, const storage::outbox_row& other) noexcept;

/// The echo says what the row says. Text is compared as it is stored (trimmed, redacted); a picture
/// or a link button, whose echo has no words, only when the echo names our app.
[[nodiscard]] bool says_the_same(const storage::outbox_row& row, const channel::channel_event& echo,
                                 bool is_our_app);

/// What of a notice of the server's may be said by another way; nothing: it is none, or must not be.
[[nodiscard]] std::optional<untold_notice> notice_in(const storage::outbox_row& row);

[[nodiscard]] bool is_our_app(const config::meta_settings& meta, std::string_view app_id) noexcept;

/// Metadata of the form that we send: a UUIDv7. Nobody who types on a phone sends metadata.
[[nodiscard]] std::optional<message_id> our_metadata(std::string_view metadata) noexcept;

[[nodiscard]] channel::sender_kind sender_of(storage::message_origin origin) noexcept;
/// Whether it goes at the pace of media: pictures and files, on the channels that count them apart.
[[nodiscard]] bool is_paced_as_media(const storage::outbox_row& row, channel_kind channel);
[[nodiscard]] channel::pace pace_of(channel_kind channel, const config::channels_settings& settings) noexcept;
[[nodiscard]] channel::send_account send_account_of(const channel_account& account,
                                                    const config::meta_settings& meta);

}  // namespace sellavie::actors
