#include "net/api/resources/customers.hpp"

#include <algorithm>

#include "net/api/edits.hpp"
#include "net/api/listed_pages.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/shapes.hpp"
#include "storage/api/customers.hpp"

namespace sellavie::net {
namespace customers_resource {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

// --- shapes --------------------------------------------------------------------------------------

schema stored_text(std::size_t longest) { return schema::text({0, longest, api::text_format::lines}); }

std::vector<api::field> customer_fields() {
  return {{"id", schema::uuid()},
          {"name", stored_text(500).example("Ada Obi")},
          {"email", stored_text(320).example("ada@example.com")},
          {"phone", stored_text(200).example("+2348012345678")},
          {"address", stored_text(2000).example("12 Marina, Lagos")},
          {"is_blocked", schema::boolean()},
          {"version", schema::integer(1)},
          {"created_at", schema::timestamp()}};
}

schema customer_shape() { return schema::object(customer_fields()).named("Customer"); }

schema profile_shape() {
  const auto channel = schema::object({{"conversation_id", schema::uuid()},
                                       {"channel", channel_word()},
                                       {"last_customer_at", schema::timestamp().or_null()},
                                       {"unreachable_since", schema::timestamp().or_null()}})
                           .named("CustomerChannel");
  auto fields = customer_fields();
  fields.push_back({"channels", schema::list(channel, 1000)});
  fields.push_back({"orders", schema::integer().described("How many, on all channels.")});
  fields.push_back({"last_seen_at", schema::timestamp().or_null()});
  return schema::object(std::move(fields)).named("CustomerProfile");
}

schema change_shape() {
  return schema::object(
      {{"name", schema::text({0, 200}).example("Ada Obi"), presence::optional},
       {"email", schema::text({0, 254, api::text_format::email}), presence::optional},
       {"phone", schema::text({0, 40}).example("+2348012345678"), presence::optional},
       {"address", schema::text({0, 1000, api::text_format::lines}).example("12 Marina, Lagos"),
        presence::optional}});
}

// --- showing -------------------------------------------------------------------------------------

json shown(const storage::customer& one) {
  return {{"id", to_string(one.id)}, {"name", one.name},
          {"email", one.email},      {"phone", one.phone},
          {"address", one.address},  {"is_blocked", one.is_blocked},
          {"version", one.version},  {"created_at", api::timestamp(to_unix_ms(one.created_at))}};
}

json shown(const storage::customer_profile& one) {
  auto profile = shown(one.who);
  profile["channels"] = json::array();
  instant last{};
  for (const auto& channel : one.channels) {
    last = std::max(last, channel.last_customer_at);
    profile["channels"].push_back({{"conversation_id", to_string(channel.conversation)},
                                   {"channel", channel.channel},
                                   {"last_customer_at", time_or_null(channel.last_customer_at)},
                                   {"unreachable_since", time_or_null(channel.unreachable_since)}});
  }
  profile["orders"] = one.orders;
  profile["last_seen_at"] = time_or_null(last);
  return profile;
}

// --- handlers ------------------------------------------------------------------------------------

contact_id subject(const api_call& call) { return call.id<contact_id>("customer_id"); }

api_outcome show_profile(workplace& place, const api_call& call, const contact_id& id) {
  return answer_with(storage::find_customer(place.store, call.by.business, id),
                     [](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return with_version({200, shown(*found)}, found->who.version);
                     });
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_customers(place.store, call.by.business,
                                       {call.query_value("name").value_or(""), is_oldest_first(call)},
                                       wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); });
}

api_outcome show(workplace& place, api_call& call) { return show_profile(place, call, subject(call)); }

api_outcome change(workplace& place, api_call& call) {
  const auto given = [&](const char* name) {
    const auto found = call.body.find(name);
    return found == call.body.end() ? std::nullopt : std::optional{found->get<std::string>()};
  };
  const storage::customer_change wish{given("name"), given("email"), given("phone"), given("address")};
  const auto made = storage::change_customer(place.store, call.by.business, origin_of(call), subject(call),
                                             call.expected_version, wish);
  if (!made) return api::problem_of(made.error());
  if (made.value().outcome != storage::edit_outcome::done) return refused(made.value().outcome);
  if (made.value().row.merged_into)
    return problem{problems::conflict, "This customer is part of another one now: change that one."};
  return show_profile(place, call, subject(call));
}

api_outcome merge(workplace& place, api_call& call) {
  const contact_id into{*parse_uuid(call.body["into"].get<std::string>())};
  const auto done =
      storage::merge_customers(place.store, call.by.business, origin_of(call), subject(call), into);
  if (!done) return api::problem_of(done.error());
  switch (done.value()) {
    case storage::merge_outcome::not_found: return problem{problems::not_found};
    case storage::merge_outcome::not_two_customers:
      return problem{problems::conflict,
                     "One of them is part of another customer already, or they are the same."};
    case storage::merge_outcome::blocked_differs:
      return problem{problems::conflict, "One is blocked and the other is not: block or unblock one first."};
    case storage::merge_outcome::done: break;
  }
  return show_profile(place, call, into);
}

// Each chat's actor decides for itself; blocking what is blocked changes nothing, so a lost answer is asked
// for again.
api_outcome change_block(workplace& place, const api_call& call, actors::chat_command what) {
  const auto found = storage::find_customer(place.store, call.by.business, subject(call));
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  for (const auto& channel : found.value()->channels)
    if (const auto done = command_chat(place, call, channel.address, what); !done)
      return api::problem_of(done.error());
  return show_profile(place, call, subject(call));
}

}  // namespace
}  // namespace customers_resource

std::vector<api_endpoint> customer_endpoints() {
  using namespace customers_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/customers";
  const std::string one = all + "/{customer_id}";
  const access reading{audience::member, permission::read};
  const access conversing{audience::member, permission::converse};
  const std::vector<api::answer_shape> the_customer{api::with_etag({200, "The customer.", profile_shape()})};
  return {
      {{.id = "list_customers",
        .method = verb::get,
        .path = all,
        .tag = "Customers",
        .summary = "Who wrote to this business, by when they first did.",
        .allowed = reading,
        .query =
            paged({{"name", schema::text({1, 100}), "Only those whose name begins so, whatever the case."},
                   sort_by_time()}),
        .answers = {{200, "A page.", page_shape(customer_shape(), "CustomerPage")}}},
       list},
      {{.id = "show_customer",
        .method = verb::get,
        .path = one,
        .tag = "Customers",
        .summary = "A customer with channels and orders; of a merged one, the customer that it is part of.",
        .allowed = reading,
        .answers = the_customer},
       show},
      {{.id = "change_customer",
        .method = verb::patch,
        .path = one,
        .tag = "Customers",
        .summary = "Changes what is given; empty takes it away.",
        .allowed = conversing,
        .body = change_shape(),
        .answers = the_customer,
        .problems = {409},
        .needs = api::precondition::if_match},
       change},
      {{.id = "merge_customer",
        .method = verb::post,
        .path = one + "/merge",
        .tag = "Customers",
        .summary = "Makes this one part of `into`, whose profile counts and whose empty fields are filled. "
                   "Conversations and orders stay where they are and are shown with both. Not reversible.",
        .allowed = conversing,
        .body = schema::object({{"into", schema::uuid()}}),
        .answers = the_customer,
        .problems = {409}},
       merge},
      {{.id = "block_customer",
        .method = verb::post,
        .path = one + "/block",
        .tag = "Customers",
        .summary = "What they write from now on is kept, and neither answered nor told to anybody.",
        .allowed = conversing,
        .answers = the_customer},
       [](workplace& place, api_call& call) {
         return change_block(place, call, actors::chat_command::block);
       }},
      {{.id = "unblock_customer",
        .method = verb::post,
        .path = one + "/unblock",
        .tag = "Customers",
        .summary = "They are answered again.",
        .allowed = conversing,
        .answers = the_customer},
       [](workplace& place, api_call& call) {
         return change_block(place, call, actors::chat_command::unblock);
       }},
  };
}

}  // namespace sellavie::net
