#include "net/connect/check.hpp"

namespace sellavie::net {
namespace {

/// A token of an Instagram login lives sixty days, and can be renewed when it is a day old.
constexpr auto renewed_before = std::chrono::hours{24 * 30};
constexpr auto oldest_unrenewable = std::chrono::hours{24};

constexpr const char* dead_token = "Meta takes the token no more.";

void note_failure(const platform_failure& failure, connection_health& health) {
  health.error = sentence_of(failure);
  if (failure.needs_login()) health.is_broken = true;
  else health.failed = problem_of(failure);
}

/// False: nothing more is to be asked.
bool check_page_token(platform& meta, const connection_facts& facts, connection_health& health) {
  const auto state = meta.inspect_token(facts.token);
  if (!state) return note_failure(state.error(), health), false;
  health.token_expires_at = state->expires_at;
  health.is_broken = !state->is_valid || state->app_id != meta.app().app_id;
  if (health.is_broken) health.error = dead_token;
  return !health.is_broken;
}

void renew_token(platform& meta, const connection_facts& facts, connection_health& health) {
  const bool is_old_enough = facts.connected_at && facts.now - *facts.connected_at > oldest_unrenewable;
  const bool ends_soon = facts.token_expires_at && *facts.token_expires_at - facts.now < renewed_before;
  if (!is_old_enough || !ends_soon) return;
  const auto renewed = meta.refresh_instagram_token(facts.token);
  if (!renewed) return;  // the token works still; the next check tries again
  if (renewed->expires_in) health.token_expires_at = facts.now + std::chrono::seconds{*renewed->expires_in};
  if (renewed->token != facts.token) health.new_token = renewed->token;
}

bool check_instagram_token(platform& meta, const connection_facts& facts, connection_health& health) {
  const auto account = meta.instagram_account(facts.token);
  if (!account) return note_failure(account.error(), health), false;
  health.token_expires_at = facts.token_expires_at;
  renew_token(meta, facts, health);
  return true;
}

void check_subscription(platform& meta, const connection_facts& facts, connection_health& health) {
  if (facts.subscription.id.empty()) return;
  const auto& token = health.new_token.empty() ? facts.token : health.new_token;
  const auto found = meta.is_subscribed(facts.subscription, token);
  if (!found) return note_failure(found.error(), health);
  health.is_subscribed = *found;
  if (*found) return;
  const auto again = meta.subscribe(facts.subscription, token);
  if (again) health.is_subscribed = true;
  else note_failure(again.error(), health);
}

}  // namespace

connection_health check_connection(platform& meta, const connection_facts& facts) {
  connection_health health;
  health.token_expires_at = facts.token_expires_at;
  const bool is_instagram =
      facts.subscription.channel == channel_kind::instagram && facts.subscription.login == "instagram";
  const bool lives =
      is_instagram ? check_instagram_token(meta, facts, health) : check_page_token(meta, facts, health);
  if (lives) check_subscription(meta, facts, health);
  return health;
}

}  // namespace sellavie::net
