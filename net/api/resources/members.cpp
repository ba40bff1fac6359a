#include "net/api/resources/members.hpp"

#include "net/api/listed_pages.hpp"
#include "net/api/paging.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/team_view.hpp"
#include "net/api/shapes.hpp"
#include "net/mail/outgoing_mail.hpp"
#include "protocol/api/account_rules.hpp"
#include "protocol/mail/letters.hpp"
#include "storage/api/members.hpp"

namespace sellavie::net {
namespace members_resource {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::team_outcome;

schema member_shape() {
  return schema::object({{"id", schema::uuid().described("Of the account.")},
                         {"name", account_name_text()},
                         {"email", email_text()},
                         {"role", role_word()},
                         {"joined_at", schema::timestamp()},
                         {"version", schema::integer(1)}})
      .named("Member");
}

json shown(const storage::member& one) {
  return {{"id", to_string(one.id)},
          {"name", one.name},
          {"email", one.email},
          {"role", api::to_string(one.role)},
          {"joined_at", api::timestamp(to_unix_ms(one.joined_at))},
          {"version", one.version}};
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_members(place.store, call.by.business,
                                     {call.query_value("role").value_or(""), words_of(call)},
                                     oldest_first(call, wish));
      },
      [](const auto& row) { return shown(row); },
      [](const auto& row) {
        return api::page_position{to_unix_ms(row.joined_at), row.id.value};
      });
}

api_outcome show_member(workplace& place, const api_call& call, const api::account_id& whom) {
  return answer_with(storage::find_member(place.store, call.by.business, whom),
                     [](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return with_version({200, shown(*found)}, found->version);
                     });
}

api_outcome show(workplace& place, api_call& call) {
  return show_member(place, call, call.id<api::account_id>("member_id"));
}

api_outcome change(workplace& place, api_call& call, access_cache& access) {
  const auto whom = call.id<api::account_id>("member_id");
  const auto done = storage::change_role(place.store, call.by.business, origin_of(call),
                                         {whom, role_in(call.body), call.expected_version});
  access.forget_all();
  if (!done) return api::problem_of(done.error());
  if (done.value() != team_outcome::done) return refused(done.value());
  return show_member(place, call, whom);
}

api_outcome take_out(workplace& place, const api_call& call, access_cache& access,
                     const api::account_id& whom) {
  const auto done = storage::remove_member(place.store, call.by.business, origin_of(call), whom);
  access.forget_all();
  if (!done) return api::problem_of(done.error());
  if (done.value() != team_outcome::done) return refused(done.value());
  return api_answer{204, nullptr};
}

// Whom it is handed to is looked at first: a code of the second factor works once.
api_outcome transfer(workplace& place, api_call& call, access_cache& access) {
  const auto no_member = wrong_field("/member_id", "must be the id of another member of the team");
  const api::account_id whom{*parse_uuid(call.body["member_id"].get_ref<const std::string&>())};
  const auto found = storage::find_member(place.store, call.by.business, whom);
  if (!found) return api::problem_of(found.error());
  if (!found.value() || whom == call.by.account) return no_member;
  if (auto why = prove_again(place, call)) return *std::move(why);
  const auto& site = place.with.settings->http.public_url;
  const auto business = to_string(call.by.business);
  const auto notice = [&](const mail::letter& letter) {
    return outgoing_mail(place.with, letter, {}, call.now, api::notice_life);
  };
  const auto done = storage::transfer_ownership(place.store, call.by.business, origin_of(call),
                                                {whom, notice(mail::ownership_received(site, business)),
                                                 notice(mail::ownership_given(site, business))});
  access.forget_all();
  if (!done) return api::problem_of(done.error());
  if (done.value() == team_outcome::not_found) return no_member;
  if (done.value() != team_outcome::done) return refused(done.value());
  return api_answer{204, nullptr};
}

}  // namespace
}  // namespace members_resource

std::vector<api_endpoint> member_endpoints(const std::shared_ptr<access_cache>& access) {
  using namespace members_resource;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string business = "/api/v1/businesses/{business_id}";
  const std::string all = business + "/members";
  const api::access reading{audience::member, permission::read};
  const api::access administering{audience::member, permission::administer};
  return {
      {{.id = "list_members",
        .method = verb::get,
        .path = all,
        .tag = "Team",
        .summary = "The people of the business.",
        .allowed = reading,
        .query = paged({{"role", role_word(), "Only those with this role."},
                        words_in("the name or the address"),
                        {"sort", schema::word({"newest", "oldest"}),
                         "By when they joined; `oldest` first without it."}}),
        .answers = {{200, "A page.", page_shape(member_shape(), "MemberPage")}}},
       list},
      {{.id = "show_member",
        .method = verb::get,
        .path = all + "/{member_id}",
        .tag = "Team",
        .summary = "One of them.",
        .allowed = reading,
        .answers = {api::with_etag({200, "The member.", member_shape()})}},
       show},
      {{.id = "change_member",
        .method = verb::patch,
        .path = all + "/{member_id}",
        .tag = "Team",
        .summary = "Gives another role, not above your own. The last owner stays one.",
        .allowed = administering,
        .body = schema::object({{"role", role_word()}}),
        .answers = {api::with_etag({200, "The member.", member_shape()})},
        .problems = {409},
        .needs = api::precondition::if_match},
       [access](workplace& place, api_call& call) { return change(place, call, *access); }},
      {{.id = "remove_member",
        .method = verb::del,
        .path = all + "/{member_id}",
        .tag = "Team",
        .summary =
            "Ends a membership; access ends at once. Chats that were assigned to them are nobody's then.",
        .allowed = administering,
        .answers = {{204, "They are out.", std::nullopt}},
        .problems = {409}},
       [access](workplace& place, api_call& call) {
         return take_out(place, call, *access, call.id<api::account_id>("member_id"));
       }},
      {{.id = "leave_business",
        .method = verb::post,
        .path = business + "/leave",
        .tag = "Team",
        .summary = "Ends your own membership. The last owner cannot leave.",
        .allowed = reading,
        .answers = {{204, "You are out.", std::nullopt}},
        .problems = {409}},
       [access](workplace& place, api_call& call) {
         return take_out(place, call, *access, call.by.account);
       }},
      {{.id = "transfer_ownership",
        .method = verb::post,
        .path = business + "/transfer-ownership",
        .tag = "Team",
        .summary = "Makes a member the owner in your place; you become an admin. Both get a mail.",
        .allowed = {audience::member, permission::own},
        .body = schema::object({{"member_id", schema::uuid()},
                                {"password", known_password()},
                                {"code", second_factor_code(), presence::optional}}),
        .answers = {{204, "They own it now.", std::nullopt}},
        .limit = api::throttle::password},
       [access](workplace& place, api_call& call) { return transfer(place, call, *access); },
       api_pool::password},
  };
}

}  // namespace sellavie::net
