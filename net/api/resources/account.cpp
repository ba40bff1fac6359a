#include "net/api/resources/account.hpp"

#include "net/api/resources/team_view.hpp"
#include "net/api/shapes.hpp"
#include "storage/api/accounts.hpp"
#include "storage/api/second_factors.hpp"

namespace sellavie::net {
namespace account_resource {
namespace {

using api::schema;

schema me_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"email", email_text()},
                         {"name", account_name_text()},
                         {"has_second_factor", schema::boolean()},
                         {"recovery_codes_left", schema::integer(0, 10)},
                         {"memberships", schema::list(membership_shape(), 200)}})
      .named("Me");
}

api_outcome me(workplace& place, const api_call& call) {
  const auto account = storage::find_account(place.store, call.by.account);
  if (!account) return api::problem_of(account.error());
  if (!account.value()) return api::problem{api::problems::unauthenticated};
  const auto factor = storage::find_second_factor(place.store, call.by.account);
  if (!factor) return api::problem_of(factor.error());
  return answer_with(storage::memberships_of(place.store, call.by.account), [&](const auto& found) {
    auto memberships = nlohmann::json::array();
    for (const auto& one : found) memberships.push_back(shown(one));
    const auto& mine = *account.value();
    return api_answer{200,
                      {{"id", to_string(mine.id)},
                       {"email", mine.email},
                       {"name", mine.name},
                       {"has_second_factor", factor.value() && factor.value()->is_on},
                       {"recovery_codes_left", factor.value() ? factor.value()->recovery_codes_left : 0},
                       {"memberships", std::move(memberships)}}};
  });
}

api_outcome rename(workplace& place, api_call& call) {
  const auto done =
      storage::rename_account(place.store, call.body["name"].get<std::string>(), origin_of(call));
  if (!done) return api::problem_of(done.error());
  return me(place, call);
}

}  // namespace
}  // namespace account_resource

std::vector<api_endpoint> account_endpoints() {
  using namespace account_resource;
  return {{{.id = "show_me",
            .method = api::verb::get,
            .path = "/api/v1/me",
            .tag = "Account",
            .summary = "Your account and the businesses that you belong to.",
            .answers = {{200, "You.", me_shape()}}},
           me},
          {{.id = "change_me",
            .method = api::verb::patch,
            .path = "/api/v1/me",
            .tag = "Account",
            .summary = "Change your name.",
            .body = schema::object({{"name", chosen_name_text()}}),
            .answers = {{200, "You.", me_shape()}}},
           rename}};
}

}  // namespace sellavie::net
