#include "net/api/resources/connect_steps.hpp"

#include <array>

#include "net/api/resources/connections.hpp"
#include "net/api/tokens.hpp"
#include "protocol/connect/secret_hint.hpp"
#include "storage/api/connections.hpp"

namespace sellavie::net {

using api::problem;
namespace problems = api::problems;
using nlohmann::json;
using storage::connect_flow;

namespace {

std::vector<storage::account_to_connect> sealed(workplace& place, const api_call& call,
                                                const confirmed_accounts& accounts) {
  std::vector<storage::account_to_connect> all;
  for (const auto& one : accounts) {
    storage::account_to_connect wanted;
    wanted.id = place.with.ids->next_as<connection_id>();
    wanted.channel = one.channel;
    wanted.login = one.login;
    wanted.external_id = one.external_id;
    wanted.aliases = one.aliases;
    wanted.name = one.name;
    wanted.sealed_token = place.with.secrets->encrypt(one.token, make_iv(place.with), call.now);
    wanted.token_hint = connect::secret_hint(one.token);
    wanted.subscription_id = one.subscription_id;
    wanted.login_user_id = one.login_user_id;
    wanted.token_expires_at = one.expires_at;
    all.push_back(std::move(wanted));
  }
  return all;
}

problem taken(const std::vector<std::string>& ids) {
  std::string names;
  for (const auto& id : ids) names += (names.empty() ? "" : ", ") + id;
  return {problems::connected_elsewhere, (names.empty() ? "An account" : names) +
                                             " is connected to another business. Disconnect it there first; "
                                             "nothing was changed."};
}

std::string pin_of(workplace& place, const api_call& call) {
  if (const auto given = call.body.find("pin"); given != call.body.end()) return given->get<std::string>();
  std::array<std::uint8_t, 6> random{};
  place.with.random(random);
  std::string pin;
  for (const auto byte : random) pin += static_cast<char>('0' + byte % 10);
  return pin;
}

problem no_place_in_plan() {
  return {problems::plan_limit,
          "The plan has no place for another connection: disconnect one, or ask for a larger plan."};
}

}  // namespace

std::optional<problem> not_claimed(storage::flow_claim outcome) {
  using storage::flow_claim;
  switch (outcome) {
    case flow_claim::claimed: return std::nullopt;
    case flow_claim::not_found: return problem{problems::not_found};
    case flow_claim::foreign:
      return problem{problems::connect_foreign,
                     "Another session began this login. Start again here, where you want to finish."};
    case flow_claim::used:
      return problem{problems::connect_used, "A login is finished once. Start again to connect more."};
    case flow_claim::expired: return problem{problems::connect_expired, "It had ten minutes. Start again."};
  }
  return problem{problems::internal};
}

problem fail_flow(workplace& place, const api_call& call, const connect_flow& flow, problem why) {
  const auto failed = storage::fail_connect_flow(place.store, call.by.business, origin_of(call), flow.id,
                                                 std::string{why.kind.name});
  return failed ? why : api::problem_of(failed.error());
}

std::optional<problem> offer_choice(workplace& place, const api_call& call, connect_flow& flow,
                                    const confirmed_accounts& accounts) {
  flow.stage = "choosing";
  flow.found = without_tokens(accounts).dump();
  flow.sealed = place.with.secrets->encrypt(write_accounts(accounts), make_iv(place.with), call.now);
  flow.expires_at = call.now + flow_life;
  const auto offered = storage::offer_connect_choice(place.store, call.by.business, flow);
  if (!offered) return api::problem_of(offered.error());
  return std::nullopt;
}

std::variant<confirmed_accounts, problem> only_the_wanted(workplace& place, const api_call& call,
                                                          const connect_flow& flow,
                                                          confirmed_accounts accounts) {
  if (!flow.reconnects) return accounts;
  const auto wanted = storage::find_connection(place.store, call.by.business, *flow.reconnects);
  if (!wanted) return api::problem_of(wanted.error());
  if (!wanted.value()) return problem{problems::not_found};
  std::erase_if(accounts, [&](const confirmed_account& one) {
    return one.channel != wanted.value()->channel || one.external_id != wanted.value()->external_id;
  });
  if (!accounts.empty()) return accounts;
  return problem{problems::connect_nothing, "This login opens other accounts, not " +
                                                wanted.value()->external_id +
                                                ". Log in as somebody who manages it."};
}

std::optional<problem> connect_chosen(workplace& place, const api_call& call, platform& meta,
                                      connect_flow& flow, const confirmed_accounts& chosen,
                                      const confirmed_accounts& all) {
  const auto wanted = sealed(place, call, chosen);
  // Before anything is asked of Meta: nothing of the other business may change.
  const auto elsewhere = storage::connected_elsewhere(place.store, call.by.business, wanted);
  if (!elsewhere) return api::problem_of(elsewhere.error());
  if (!elsewhere.value().empty()) return fail_flow(place, call, flow, taken(elsewhere.value()));
  const auto room = storage::plan_has_room(place.store, call.by.business, wanted, place.with.settings->plans);
  if (!room) return api::problem_of(room.error());
  if (!room.value()) return fail_flow(place, call, flow, no_place_in_plan());
  for (const auto& one : chosen) {
    const auto attached = attach(meta, one, pin_of(place, call));
    if (attached) continue;
    auto why = problem_of(attached.error());
    if (attached.error().needs_login()) return fail_flow(place, call, flow, std::move(why));
    // The login is still good: the person may choose again.
    if (auto failed = offer_choice(place, call, flow, all)) return failed;
    return why;
  }
  const auto connected = storage::connect_accounts(place.store, call.by.business, origin_of(call),
                                                   flow.id.value, wanted, place.with.settings->plans);
  if (!connected && connected.error().code == errc::conflict) return fail_flow(place, call, flow, taken({}));
  if (!connected) {
    // They may be connected: whoever watches reads all again.
    tell_lost(place, call);
    return api::problem_of(connected.error());
  }
  if (!connected.value()) return fail_flow(place, call, flow, no_place_in_plan());
  flow.stage = "connected";
  auto list = json::array();
  for (const auto& id : *connected.value()) {
    list.push_back(to_string(id));
    tell_changed(place, call, id);
  }
  flow.found = list.dump();
  return std::nullopt;
}

}  // namespace sellavie::net
