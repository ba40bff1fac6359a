#pragma once
// One turn while it is under way, and what the model is asked. How it ends: turn_ending.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/delivery.hpp"
#include "actors/order_desk.hpp"
#include "actors/services.hpp"
#include "actors/tenant.hpp"
#include "protocol/action/plan_codec.hpp"
#include "protocol/domain/reply_text.hpp"
#include "protocol/llm/prompt_builder.hpp"

namespace sellavie::actors {

/// Whether this turn's answer counts in the business's plan (actors/quota_desk).
enum class reply_right : std::uint8_t { unasked, asked, granted };

struct turn {
  turn_id id;
  std::string nonce;
  instant started_at{};
  instant deadline{};
  /// Of the phase that is under way: thinking, acting or committing.
  instant phase_began{};
  /// In the order of the phases' turn().
  std::vector<delivery> deliveries;
  turn_facts facts;
  /// The business as it was when the turn began: all its prompts are taught the same.
  tenant_ptr business;
  /// Of what the model was taught, once it is asked.
  std::int32_t training_version = 0;
  /// What the prompts of this turn showed.
  std::vector<shown_price> shown;
  std::vector<money> prices;
  std::string facts_text;
  plan current;
  std::size_t next_action = 0;
  /// Of the current round.
  std::vector<action_outcome> outcomes;
  /// Proposals of the current round that the policy denied, with the refusal.
  std::vector<std::pair<proposed_action, action_outcome>> denied;
  /// Of all rounds, for the reply.
  std::vector<action_outcome> told;
  /// What the customer gave of themselves, of all rounds.
  std::optional<proposal::record_contact> contact;
  std::optional<llm::previous_round> previous;
  std::string handover_reason;
  /// A person took over while actions ran: no AI text follows.
  bool overtaken = false;
  bool plan_stored = false;
  /// The current round is taken up again from a stored plan: its actions may have results already.
  bool resumed = false;
  reply_right may_answer = reply_right::unasked;
};

/// Empties it and gives its memory back: an idle chat holds no prompt.
void release(turn& of) noexcept;

/// What is known of the chat besides the turn.
struct chat_context {
  services_ptr node;
  tenant_ptr business;
  connection_id connection;
  std::string customer;
  conversation_id conversation;
  contact_id contact;
  std::string customer_name;
  std::string customer_email;
  instant last_customer_at{};
  /// Oldest first, bounded.
  std::vector<llm::spoken_line> history;
};

/// The two forms of the question; see ask_model.
struct model_question {
  std::shared_ptr<const llm::chat_request> with_tools;
  std::shared_ptr<const llm::chat_request> with_tags;
};
/// A question, and what its prompts showed: check_claims and the plan need it.
struct prompted {
  model_question question;
  std::vector<shown_price> shown;
  std::vector<money> prices;
  std::string facts_text;
  std::uint32_t tokens = 0;
};
/// In the forms that the configured providers need.
[[nodiscard]] prompted prompt_models(const config::llm_settings& models, llm::turn_context& context);
/// As prompts show it: "Saturday 2026-11-21 09:30". The offset comes from PostgreSQL.
[[nodiscard]] std::string local_time(instant now, int utc_offset_minutes);

[[nodiscard]] model_question make_question(const chat_context& chat, turn& of,
                                           const std::vector<action_kind>& allowed);

/// The customer's text of one delivery, as history and messages show it.
[[nodiscard]] std::string text_of(const channel::channel_event& event);
/// The button or entry that a customer chose. Of what the platform cannot show, the payload is its own name for it: nobody
/// chose that.
[[nodiscard]] std::string_view chosen_in(const channel::channel_event& event) noexcept;
/// Whether it has words (or a cart) that a model can answer.
[[nodiscard]] bool is_readable(const channel::channel_event& event);
/// WhatsApp's stand-in for a message that it cannot show yet, typically the first one of a chat that began with
/// an advertisement (131060): there is nothing to answer, and the customer writes on.
[[nodiscard]] bool is_placeholder(const channel::channel_event& event) noexcept;
[[nodiscard]] std::string attachments_json(const channel::channel_event& event);
/// "1 image, 2 audio"; empty when there are none. The items of a cart are text.
[[nodiscard]] std::string describe_attachments(const std::vector<delivery>& deliveries);

}  // namespace sellavie::actors
