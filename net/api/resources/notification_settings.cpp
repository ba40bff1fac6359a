#include "net/api/resources/notification_settings.hpp"

#include "net/api/proofs.hpp"
#include "net/api/shapes.hpp"
#include "storage/api/notification_settings.hpp"

namespace sellavie::net {
namespace notification_settings_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

// --- shapes --------------------------------------------------------------------------------------

schema ways_shape() {
  return schema::object(
      {{"in_app", schema::boolean()}, {"email", schema::boolean()}, {"push", schema::boolean()}});
}

std::string meaning_of(notification_kind kind) {
  switch (kind) {
    case notification_kind::hand_over: return "The AI handed a chat over.";
    case notification_kind::paid_order: return "An order was paid.";
    case notification_kind::failed_payment: return "A payment failed.";
    case notification_kind::review_item: return "Something waits for a person to look at it.";
    case notification_kind::low_stock: return "A product runs low.";
    case notification_kind::broken_connection: return "A channel or a payment provider stopped working.";
    case notification_kind::quota: return "80 or 100 % of the plan are used.";
  }
  return {};
}

schema kinds_shape() {
  std::vector<api::field> kinds;
  for (const auto kind : all_notification_kinds)
    kinds.push_back({std::string{to_string(kind)}, ways_shape().described(meaning_of(kind))});
  return schema::object(std::move(kinds)).named("NotificationKinds");
}

schema time_of_day(const char* example, std::string meaning) {
  return schema::text({5, 5, api::text_format::token}).example(example).described(std::move(meaning));
}

schema quiet_shape() {
  return schema::object(
             {{"from", time_of_day("22:00", "Local time.")},
              {"to", time_of_day("07:00", "Over midnight when it is earlier; the minute is not included.")},
              {"timezone", chosen_timezone_text()}})
      .described("No mail and no push in these hours.")
      .or_null();
}

schema digest_word() {
  std::vector<std::string> words;
  for (const auto one : all_digest_rhythms) words.emplace_back(to_string(one));
  return schema::word(std::move(words)).described("A summary by mail.");
}

schema choices_shape() {
  return schema::object(
      {{"kinds", kinds_shape()}, {"quiet_hours", quiet_shape()}, {"digest", digest_word()}});
}

schema settings_shape() {
  return schema::object(
             {{"kinds", kinds_shape()},
              {"quiet_hours", quiet_shape()},
              {"digest", digest_word()},
              {"version", schema::integer(0).described("0: you never chose, these are the usual ones.")}})
      .named("NotificationSettings");
}

// --- to and from JSON ----------------------------------------------------------------------------

api_answer shown(const storage::notification_settings& settings) {
  json kinds = json::object();
  for (const auto kind : all_notification_kinds) {
    const auto& ways = settings.choices.of(kind);
    kinds[std::string{to_string(kind)}] = {
        {"in_app", ways.in_app}, {"email", ways.email}, {"push", ways.push}};
  }
  json quiet = nullptr;
  if (const auto& hours = settings.choices.quiet)
    quiet = {{"from", write_time_of_day(hours->from)},
             {"to", write_time_of_day(hours->to)},
             {"timezone", hours->timezone}};
  return with_version({200,
                       {{"kinds", std::move(kinds)},
                        {"quiet_hours", std::move(quiet)},
                        {"digest", to_string(settings.choices.digest)},
                        {"version", settings.version}}},
                      settings.version);
}

std::variant<quiet_hours, problem> read_quiet(const json& body) {
  problem wrong{problems::invalid, {}, {}};
  const auto minutes = [&](const char* name) {
    const auto read = parse_time_of_day(body[name].get_ref<const std::string&>());
    if (!read)
      wrong.fields.push_back({std::string{"/quiet_hours/"} + name, "must be a time of day, such as 22:00"});
    return read.value_or(0);
  };
  quiet_hours hours{minutes("from"), minutes("to"), body["timezone"].get<std::string>()};
  if (wrong.fields.empty() && hours.from == hours.to)
    wrong.fields.push_back(
        {"/quiet_hours/to", "must be another time than from; turn the kinds off to hear nothing"});
  if (!wrong.fields.empty()) return wrong;
  return hours;
}

std::variant<notification_choices, problem> read_choices(const json& body) {
  notification_choices choices;
  for (const auto kind : all_notification_kinds) {
    const auto& ways = body["kinds"][std::string{to_string(kind)}];
    choices.of(kind) = {ways["in_app"].get<bool>(), ways["email"].get<bool>(), ways["push"].get<bool>()};
  }
  choices.digest = parse_digest(body["digest"].get_ref<const std::string&>()).value_or(digest_rhythm::off);
  if (body["quiet_hours"].is_null()) return choices;
  auto quiet = read_quiet(body["quiet_hours"]);
  if (auto* wrong = std::get_if<problem>(&quiet)) return std::move(*wrong);
  choices.quiet = std::get<quiet_hours>(std::move(quiet));
  return choices;
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_notification_settings(place.store, call.by.business, call.by.account),
                     [](const auto& settings) { return shown(settings); });
}

api_outcome change(workplace& place, api_call& call) {
  auto choices = read_choices(call.body);
  if (auto* wrong = std::get_if<problem>(&choices)) return std::move(*wrong);
  const storage::notification_settings wanted{std::get<notification_choices>(std::move(choices)),
                                              call.expected_version};
  const auto done =
      storage::change_notification_settings(place.store, call.by.business, origin_of(call), wanted);
  // The membership that the settings refer to ended meanwhile.
  if (!done && done.error().code == errc::conflict) return problem{problems::not_found};
  if (!done) return api::problem_of(done.error());
  using storage::notification_outcome;
  switch (done.value().outcome) {
    case notification_outcome::stale: return problem{problems::stale};
    case notification_outcome::unknown_timezone:
      return wrong_field("/quiet_hours/timezone",
                         "must be a name of the IANA database, such as Africa/Lagos");
    case notification_outcome::no_member: return problem{problems::not_found};
    case notification_outcome::done: break;
  }
  return shown(done.value().settings);
}

}  // namespace
}  // namespace notification_settings_resource

std::vector<api_endpoint> notification_settings_endpoints() {
  using namespace notification_settings_resource;
  using api::verb;
  const std::string path = "/api/v1/businesses/{business_id}/notification-settings";
  const api::access reading{api::audience::member, api::permission::read};
  return {
      {{.id = "show_notification_settings",
        .method = verb::get,
        .path = path,
        .tag = "Notifications",
        .summary = "What you want to be told of this business, and how.",
        .allowed = reading,
        .answers = {api::with_etag({200, "Your settings.", settings_shape()})}},
       show},
      {{.id = "change_notification_settings",
        .method = verb::put,
        .path = path,
        .tag = "Notifications",
        .summary = "Chooses all of it anew, for yourself.",
        .allowed = reading,
        .body = choices_shape(),
        .answers = {api::with_etag({200, "Your settings.", settings_shape()})},
        .needs = api::precondition::if_match},
       change},
  };
}

}  // namespace sellavie::net
