#include "net/connect/login.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sellavie::net {
namespace {

using api::problem;
using connect::flow_kind;
using nlohmann::json;
namespace problems = api::problems;

/// More than this of one login nobody chooses from.
constexpr std::size_t most_accounts = 200;
constexpr std::size_t most_business_accounts = 10;
/// A token that ends sooner is made a longer one.
constexpr auto soon = std::chrono::hours{48};

using outcome = std::variant<confirmed_accounts, problem>;

std::optional<instant> end_of(const connect::granted_token& token, instant now) {
  if (!token.expires_in) return std::nullopt;
  return now + std::chrono::seconds{*token.expires_in};
}

/// What the login lacks, as a problem.
std::optional<problem> lacks(flow_kind kind, const std::vector<std::string>& granted) {
  const auto missing = connect::missing_permissions(kind, granted);
  if (missing.empty()) return std::nullopt;
  std::string names;
  for (const auto& one : missing) names += (names.empty() ? "" : ", ") + one;
  return problem{problems::connect_permissions, "The login did not grant " + names +
                                                    ". Start again and grant everything that is asked for."};
}

/// A token of another app, or a dead one, opens nothing here.
std::optional<problem> unfit(const platform& meta, flow_kind kind, const connect::token_state& state) {
  if (!state.is_valid || state.app_id != meta.app().app_id)
    return problem{problems::connect_expired,
                   "Meta takes this login no more. Start again and log in once more."};
  return lacks(kind, state.scopes);
}

void add_page(const connect::page& page, const std::string& user, confirmed_accounts& into) {
  confirmed_account account;
  account.external_id = account.subscription_id = page.id;
  account.name = page.name;
  account.token = page.token;
  account.login_user_id = user;
  into.push_back(account);
  if (page.instagram_id.empty()) return;
  account.channel = channel_kind::instagram;
  account.external_id = page.instagram_id;
  into.push_back(std::move(account));
}

outcome accounts_of_pages(platform& meta, const login& done) {
  auto token = meta.exchange_code(done.kind, done.code);
  if (!token) return problem_of(token.error());
  const auto state = meta.inspect_token(token->token);
  if (!state) return problem_of(state.error());
  if (auto why = unfit(meta, done.kind, *state)) return *std::move(why);
  // The tokens of pages live as long as the one that lists them.
  if (state->expires_at && *state->expires_at < done.now + soon) {
    token = meta.lengthen_token(done.kind, token->token);
    if (!token) return problem_of(token.error());
  }
  const auto pages = meta.pages(token->token);
  if (!pages) return problem_of(pages.error());
  confirmed_accounts found;
  for (const auto& page : *pages)
    if (page.may_message && found.size() + 2 <= most_accounts) add_page(page, state->user_id, found);
  if (!found.empty()) return found;
  if (!pages->empty())
    return problem{
        problems::connect_permissions,
        "Whoever logged in may not answer messages for any of these pages. Ask for the page's task "
        "\"Messages\", then start again."};
  return problem{problems::connect_nothing,
                 "The login gave access to no page. Start again and choose a page while you log in."};
}

outcome account_of_instagram(platform& meta, const login& done) {
  const auto first = meta.exchange_code(done.kind, done.code);
  if (!first) return problem_of(first.error());
  // Some answers do not list them; then the subscription tells.
  if (!first->permissions.empty())
    if (auto why = lacks(done.kind, first->permissions)) return *std::move(why);
  const auto token = meta.lengthen_token(done.kind, first->token);
  if (!token) return problem_of(token.error());
  const auto found = meta.instagram_account(token->token);
  if (!found) return problem_of(found.error());
  confirmed_account account;
  account.channel = channel_kind::instagram;
  account.login = "instagram";
  account.external_id = account.subscription_id = found->user_id;
  if (!found->scoped_id.empty() && found->scoped_id != found->user_id) account.aliases = {found->scoped_id};
  account.name = found->name;
  account.token = token->token;
  account.login_user_id = found->scoped_id;
  account.expires_at = end_of(*token, done.now);
  return confirmed_accounts{account};
}

outcome numbers_of_whatsapp(platform& meta, const login& done) {
  const problem nothing{problems::connect_nothing,
                        "The signup gave access to no such number. Start again and choose it there."};
  const auto token = meta.exchange_code(done.kind, done.code);
  if (!token) return problem_of(token.error());
  const auto state = meta.inspect_token(token->token);
  if (!state) return problem_of(state.error());
  if (auto why = unfit(meta, done.kind, *state)) return *std::move(why);
  auto granted = state->targets_of("whatsapp_business_management");
  if (!done.business_account.empty())
    std::erase_if(granted, [&](const std::string& one) { return one != done.business_account; });
  if (granted.size() > most_business_accounts) granted.resize(most_business_accounts);
  confirmed_accounts found;
  for (const auto& business_account : granted) {
    const auto numbers = meta.phone_numbers(business_account, token->token);
    if (!numbers) return problem_of(numbers.error());
    for (const auto& number : *numbers) {
      const bool is_wanted = done.phone_number.empty() || done.phone_number == number.id;
      if (!is_wanted || found.size() >= most_accounts) continue;
      confirmed_account account;
      account.channel = channel_kind::whatsapp;
      account.external_id = number.id;
      account.name = number.name;
      account.token = token->token;
      account.subscription_id = business_account;
      account.login_user_id = state->user_id;
      account.expires_at = state->expires_at;
      account.needs_registration = !number.is_registered;
      found.push_back(std::move(account));
    }
  }
  if (found.empty()) return nothing;
  return found;
}

}  // namespace

outcome find_accounts(platform& meta, const login& done) {
  switch (done.kind) {
    case flow_kind::facebook: return accounts_of_pages(meta, done);
    case flow_kind::instagram: return account_of_instagram(meta, done);
    case flow_kind::whatsapp: return numbers_of_whatsapp(meta, done);
  }
  return problem{problems::internal};
}

platform_answer<void> attach(platform& meta, const confirmed_account& account, const std::string& pin) {
  const auto subscribed =
      meta.subscribe({account.channel, account.login, account.subscription_id}, account.token);
  if (!subscribed || !account.needs_registration) return subscribed;
  return meta.register_phone(account.external_id, pin, account.token);
}

std::string write_accounts(const confirmed_accounts& accounts) {
  auto list = json::array();
  for (const auto& one : accounts)
    list.push_back({{"channel", to_string(one.channel)},
                    {"login", one.login},
                    {"external_id", one.external_id},
                    {"aliases", one.aliases},
                    {"name", one.name},
                    {"token", one.token},
                    {"subscription_id", one.subscription_id},
                    {"login_user_id", one.login_user_id},
                    {"expires_at", one.expires_at ? json(to_unix_ms(*one.expires_at)) : json(nullptr)},
                    {"needs_registration", one.needs_registration}});
  return list.dump();
}

confirmed_accounts read_accounts(const std::string& text) {
  const auto list = json::parse(text, nullptr, false);
  confirmed_accounts accounts;
  if (!list.is_array()) return accounts;
  for (const json& one : list) {
    confirmed_account account;
    account.channel = parse_channel(one["channel"].get<std::string>()).value_or(channel_kind::messenger);
    account.login = one["login"].get<std::string>();
    account.external_id = one["external_id"].get<std::string>();
    account.aliases = one["aliases"].get<std::vector<std::string>>();
    account.name = one["name"].get<std::string>();
    account.token = one["token"].get<std::string>();
    account.subscription_id = one["subscription_id"].get<std::string>();
    account.login_user_id = one["login_user_id"].get<std::string>();
    if (!one["expires_at"].is_null())
      account.expires_at = instant_from_ms(one["expires_at"].get<std::int64_t>());
    account.needs_registration = one["needs_registration"].get<bool>();
    accounts.push_back(std::move(account));
  }
  return accounts;
}

json without_tokens(const confirmed_accounts& accounts) {
  auto list = json::array();
  for (const auto& one : accounts)
    list.push_back({{"channel", to_string(one.channel)},
                    {"login", one.login},
                    {"external_id", one.external_id},
                    {"name", one.name},
                    {"needs_registration", one.needs_registration}});
  return list;
}

}  // namespace sellavie::net
