#include "net/api/resources/businesses.hpp"

#include "net/api/paging.hpp"
#include "net/api/proofs.hpp"
#include "net/api/resources/team_view.hpp"
#include "net/api/shapes.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/domain/currency.hpp"
#include "protocol/domain/language_tag.hpp"
#include "storage/api/businesses.hpp"

namespace sellavie::net {
namespace businesses_resource {
namespace {

using api::presence;
using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

// --- shapes --------------------------------------------------------------------------------------

schema name_text() { return business_name_text().described("What customers read."); }
schema currency_text() {
  return schema::text({3, 3, api::text_format::token}).example("NGN").described("ISO 4217: NGN.");
}
schema locale_text() {
  return schema::text({2, longest_language_tag, api::text_format::token})
      .example("en-NG")
      .described("BCP 47, without extensions: en-NG.");
}

schema refund_limit() {
  return schema::integer(0).or_null().example(5'000'000).described(
      "How much of one payment goes back on one person's word, in the business's currency: above it another person has to "
      "agree. Null: any sum. Only an owner changes it.");
}

schema low_stock() {
  return schema::integer(0, 1'000'000)
      .or_null()
      .example(3)
      .described(
          "A product runs low when a sale or a correction brings its stock down to this: whoever manages the business is told once, "
          "until somebody adds some. Null: nobody is told.");
}
schema reminder_count() {
  return schema::integer(0, most_checkout_reminders)
      .example(1)
      .described(
          "How often at most a customer is reminded of an order that waits for payment by a link: in the chat, while its send window is "
          "open and the AI has it. 0: never. A change counts from the next time that one would be due; a link that was made while it was 0 has none.");
}
schema reminder_minutes() {
  return schema::integer(shortest_reminder_minutes, longest_reminder_minutes)
      .or_null()
      .example(20)
      .described(
          "After how many minutes, and again so many later. Null: the time for which the stock is held is shared out; one reminder "
          "comes after half of it.");
}

schema founding_shape() {
  return schema::object({{"name", name_text()},
                         {"currency", currency_text()},
                         {"timezone", chosen_timezone_text()},
                         {"locale", locale_text(), presence::optional}});
}
schema change_shape() {
  return schema::object({{"name", name_text(), presence::optional},
                         {"currency", currency_text(), presence::optional},
                         {"timezone", chosen_timezone_text(), presence::optional},
                         {"locale", locale_text(), presence::optional},
                         {"refund_limit_minor", refund_limit(), presence::optional},
                         {"low_stock_at", low_stock(), presence::optional},
                         {"checkout_reminders", reminder_count(), presence::optional},
                         {"checkout_reminder_minutes", reminder_minutes(), presence::optional}});
}
schema business_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"name", business_name_text()},
                         {"currency", currency_text()},
                         {"timezone", timezone_text()},
                         {"locale", schema::text({0, 64, api::text_format::token}).example("en-NG")},
                         {"refund_limit_minor", refund_limit()},
                         {"low_stock_at", low_stock()},
                         {"checkout_reminders", reminder_count()},
                         {"checkout_reminder_minutes", reminder_minutes()},
                         {"role", role_word().described("Yours.")},
                         {"version", schema::integer(1)},
                         {"created_at", schema::timestamp()}})
      .named("Business");
}

template <class Number>
json number_or_null(const std::optional<Number>& number) {
  return number ? json(*number) : json(nullptr);
}

json shown(const storage::business_profile& one, api::role role) {
  return {{"id", to_string(one.id)},
          {"name", one.name},
          {"currency", one.currency},
          {"timezone", one.timezone},
          {"locale", one.locale},
          {"refund_limit_minor", number_or_null(one.refund_limit_minor)},
          {"low_stock_at", number_or_null(one.low_stock_at)},
          {"checkout_reminders", one.reminders.most},
          {"checkout_reminder_minutes", number_or_null(one.reminders.after_minutes)},
          {"role", api::to_string(role)},
          {"version", one.version},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))}};
}

// --- the body ------------------------------------------------------------------------------------

std::optional<std::string> member(const json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? std::nullopt : std::optional{found->get<std::string>()};
}

template <class Number>
std::optional<Number> number_in(const json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? std::nullopt : std::optional{found->get<Number>()};
}

/// None within: null was given.
template <class Number>
std::optional<std::optional<Number>> nullable_in(const json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return std::nullopt;
  if (found->is_null()) return std::optional<Number>{};
  return std::optional{found->get<Number>()};
}

problem unknown_timezone() {
  return wrong_field("/timezone", "must be a name of the IANA database, such as Africa/Lagos");
}

/// What a schema cannot say; whether the timezone is known is asked of the database.
std::optional<problem> misfit(const json& body) {
  problem wrong{problems::invalid, {}, {}};
  if (const auto currency = member(body, "currency")) {
    const auto code = parse_currency(*currency);
    if (!code || !is_in_use(*code))
      wrong.fields.push_back({"/currency", "must be the code of a currency that is in use, such as NGN"});
  }
  if (const auto locale = member(body, "locale"); locale && !is_language_tag(*locale))
    wrong.fields.push_back({"/locale", "must be a language tag, such as en-NG"});
  return wrong.fields.empty() ? std::nullopt : std::optional{std::move(wrong)};
}

// --- handlers ------------------------------------------------------------------------------------

/// The same wish under the same key is the same business, as it stands now.
api_outcome found(workplace& place, api_call& call) {
  if (auto wrong = misfit(call.body)) return *std::move(wrong);
  storage::founding_wish wish;
  wish.profile.id = place.with.ids->next_as<business_id>();
  wish.profile.name = call.body["name"].get<std::string>();
  wish.profile.currency = call.body["currency"].get<std::string>();
  wish.profile.timezone = call.body["timezone"].get<std::string>();
  wish.profile.locale = call.body.value("locale", "en");
  wish.key = call.idempotency_key;
  // No line break is in any of them: different wishes never read the same.
  wish.fingerprint =
      crypto::hex_encode(crypto::sha256(wish.profile.name + '\n' + wish.profile.currency + '\n' +
                                        wish.profile.timezone + '\n' + wish.profile.locale));
  const auto done = storage::found_business(place.store, origin_of(call), wish);
  if (!done) return api::problem_of(done.error());
  using storage::founding_outcome;
  switch (done.value().outcome) {
    case founding_outcome::key_reused: return wrong_field("Idempotency-Key", "was used for another business");
    case founding_outcome::unknown_timezone: return unknown_timezone();
    case founding_outcome::full:
      return problem{problems::conflict, "This account has founded as many businesses as it may."};
    case founding_outcome::founded:
    case founding_outcome::founded_before: break;
  }
  return answer_with(storage::find_own_business(place.store, call.by.account, done.value().business),
                     [](const auto& own) -> api_outcome {
                       if (!own)
                         return problem{problems::conflict, "You have left the business of this key."};
                       return with_version({201, shown(own->profile, own->role)}, own->profile.version);
                     });
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_businesses(place.store, call.by.account, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row.profile, row.role); },
      [](const auto& row) {
        return api::page_position{0, row.profile.id.value};
      });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_business(place.store, call.by.business),
                     [&](const auto& profile) -> api_outcome {
                       if (!profile) return problem{problems::not_found};
                       return with_version({200, shown(*profile, call.by.role)}, profile->version);
                     });
}

api_outcome change(workplace& place, api_call& call) {
  if (auto wrong = misfit(call.body)) return *std::move(wrong);
  const storage::profile_change wish{member(call.body, "name"),
                                     member(call.body, "currency"),
                                     member(call.body, "timezone"),
                                     member(call.body, "locale"),
                                     nullable_in<std::int64_t>(call.body, "refund_limit_minor"),
                                     nullable_in<std::int64_t>(call.body, "low_stock_at"),
                                     number_in<std::int32_t>(call.body, "checkout_reminders"),
                                     nullable_in<std::int32_t>(call.body, "checkout_reminder_minutes"),
                                     call.expected_version};
  // Else whoever refunds alone would say how much that may be.
  if (wish.refund_limit_minor && !api::may(call.by.role, api::permission::own))
    return problem{problems::forbidden, "Only an owner says how much one person may refund alone."};
  const auto done = storage::change_business(place.store, call.by.business, origin_of(call), wish);
  if (!done) return api::problem_of(done.error());
  using storage::profile_outcome;
  switch (done.value().outcome) {
    case profile_outcome::not_found: return problem{problems::not_found};
    case profile_outcome::stale: return problem{problems::stale};
    case profile_outcome::unknown_timezone: return unknown_timezone();
    case profile_outcome::currency_in_use:
      return problem{problems::conflict, "The currency stays: there are products or orders in it."};
    case profile_outcome::changed:
    case profile_outcome::unchanged: break;
  }
  const auto& now = done.value().profile;
  return with_version({200, shown(now, call.by.role)}, now.version);
}

}  // namespace
}  // namespace businesses_resource

std::vector<api_endpoint> business_endpoints() {
  using namespace businesses_resource;
  using api::audience;
  using api::permission;
  using api::precondition;
  using api::verb;
  const std::string all = "/api/v1/businesses";
  const std::string one = all + "/{business_id}";
  return {
      {{.id = "found_business",
        .method = verb::post,
        .path = all,
        .tag = "Businesses",
        .summary = "Begins a business; you are its owner. The same key again begins no second one.",
        .body = founding_shape(),
        .answers = {api::with_etag({201, "The business.", business_shape()})},
        .problems = {409},
        .needs = precondition::idempotency_key},
       found},
      {{.id = "list_businesses",
        .method = verb::get,
        .path = all,
        .tag = "Businesses",
        .summary = "The businesses that you belong to.",
        .query = paged(),
        .answers = {{200, "A page.", page_shape(business_shape(), "BusinessPage")}}},
       list},
      {{.id = "show_business",
        .method = verb::get,
        .path = one,
        .tag = "Businesses",
        .summary = "One business.",
        .allowed = {audience::member, permission::read},
        .answers = {api::with_etag({200, "The business.", business_shape()})}},
       show},
      {{.id = "change_business",
        .method = verb::patch,
        .path = one,
        .tag = "Businesses",
        .summary =
            "Changes what is given. The currency only while there is neither a product nor an order; how much one person "
            "refunds alone only as an owner.",
        .allowed = {audience::member, permission::manage},
        .body = change_shape(),
        .answers = {api::with_etag({200, "The business.", business_shape()})},
        .problems = {409},
        .needs = precondition::if_match},
       change},
  };
}

}  // namespace sellavie::net
