#include "net/api/resources/activity.hpp"

#include "net/api/listed_pages.hpp"
#include "storage/api/activity_log.hpp"

namespace sellavie::net {
namespace activity_resource {
namespace {

using api::problem;
using api::schema;
using nlohmann::json;

constexpr int most_exported = 1000;
constexpr std::size_t longest_export = 64'000'000;

// --- shapes --------------------------------------------------------------------------------------

constexpr const char* example_line =
    R"({"business_id":"01890a5d-ac96-774b-bcce-b302099a8057","position":17,"action":"product.updated"})"
    "\n";

schema action_text() { return schema::text({3, 80, api::text_format::token}).example("product.updated"); }

schema activity_shape() {
  const auto fields =
      schema::text({0, 100'000, api::text_format::lines}).example(R"({"price_minor":1400000})");
  return schema::object(
             {{"id", schema::uuid()},
              {"action", action_text().described("Subject and past tense: product.updated.")},
              {"subject_kind", schema::text({1, 40}).example("product")},
              {"subject_id", schema::uuid()},
              {"account_id", schema::uuid().described("Who.")},
              {"account_name",
               schema::text({0, 254}).example("Ada Obi").described("Empty when the account is gone.")},
              {"address", schema::text({0, 60}).example("203.0.113.7").described("From where.")},
              {"request_id", schema::text({0, 64}).example(api::example_request_id)},
              {"before", fields.or_null().described("The fields that changed, as JSON, without secrets.")},
              {"after", fields.or_null()},
              {"at", schema::timestamp()},
              {"position",
               schema::integer(1).or_null().described("In the hash chain; null until it is chained.")}})
      .named("Activity");
}

schema own_shape() {
  return schema::object({{"action", action_text()},
                         {"subject_kind", schema::text({1, 40}).example("product")},
                         {"subject_id", schema::uuid()},
                         {"address", schema::text({0, 60}).example("203.0.113.7")},
                         {"request_id", schema::text({0, 64}).example(api::example_request_id)},
                         {"after", schema::text({0, 100'000, api::text_format::lines})
                                       .example(R"({"price_minor":1400000})")
                                       .or_null()},
                         {"at", schema::timestamp()}})
      .named("OwnActivity");
}

schema head_shape() {
  return schema::object(
             {{"position", schema::integer(0).described("Entries that are chained.")},
              {"head",
               schema::text({66, 90, api::text_format::token})
                   .example("17:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
                   .described("Position and hash: note it, and give it to sellavie verify-audit --head.")}})
      .named("ActivityHead");
}

// --- showing -------------------------------------------------------------------------------------

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json shown(const storage::listed_activity& one) {
  return {{"id", to_string(one.id)},
          {"action", one.action},
          {"subject_kind", one.subject_kind},
          {"subject_id", to_string(one.subject)},
          {"account_id", to_string(one.account)},
          {"account_name", one.account_name},
          {"address", one.address},
          {"request_id", one.request_id},
          {"before", text_or_null(one.before)},
          {"after", text_or_null(one.after)},
          {"at", api::timestamp(to_unix_ms(one.at))},
          {"position", one.position == 0 ? json(nullptr) : json(one.position)}};
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome list(workplace& place, api_call& call) {
  storage::activity_filter filter;
  filter.subject = call.query_id<uuid>("subject_id");
  filter.account = call.query_id<api::account_id>("account_id");
  filter.action = call.query_value("action");
  filter.since = time_in(call, "since");
  filter.until = time_in(call, "until");
  filter.oldest_first = is_oldest_first(call);
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_activity(place.store, call.by.business, filter, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); }, [](const auto& row) { return row.place; });
}

api_outcome show(workplace& place, api_call& call) {
  return answer_with(storage::find_activity(place.store, call.by.business, call.id<uuid>("activity_id")),
                     [](const auto& one) -> api_outcome {
                       if (!one) return problem{api::problems::not_found};
                       return api_answer{200, shown(*one)};
                     });
}

api_outcome list_own(workplace& place, api_call& call) {
  const auto show = [](const auto& one) {
    return json{{"action", one.action},
                {"subject_kind", one.subject_kind},
                {"subject_id", to_string(one.subject)},
                {"address", one.address},
                {"request_id", one.request_id},
                {"after", text_or_null(one.after)},
                {"at", api::timestamp(to_unix_ms(one.at))}};
  };
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_own_activity(place.store, call.by.account, wish.after, wish.limit);
      },
      show, [](const auto& row) { return row.place; });
}

api_outcome show_head(workplace& place, api_call& call) {
  return answer_with(storage::activity_head(place.store, call.by.business), [](const auto& head) {
    return api_answer{200, {{"position", head.position}, {"head", api::to_string(head)}}};
  });
}

api_outcome export_lines(workplace& place, api_call& call) {
  const auto number = [&](std::string_view name, std::int64_t otherwise) {
    const auto given = call.query_value(name);
    return given ? std::stoll(*given) : otherwise;
  };
  const auto entries =
      storage::export_activity(place.store, call.by.business, number("after", 0),
                               static_cast<int>(number("limit", most_exported)), origin_of(call));
  return answer_with(entries, [](const auto& found) {
    std::string lines;
    for (const auto& entry : found) lines += api::export_line(entry) + '\n';
    return api_answer{.status = 200, .raw_body = api_answer::raw{std::move(lines)}};
  });
}

}  // namespace
}  // namespace activity_resource

std::vector<api_endpoint> activity_endpoints() {
  using namespace activity_resource;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/activity";
  const api::access administering{api::audience::member, api::permission::administer};
  return {
      {{.id = "list_activity",
        .method = verb::get,
        .path = all,
        .tag = "Activity",
        .summary = "Who did what: every change that people made, and every sensitive read.",
        .allowed = administering,
        .query = paged({{"subject_id", schema::uuid(), "Only what was done to this."},
                        {"account_id", schema::uuid(), "Only what this account did."},
                        {"action", action_text(), "Only this action."},
                        {"since", schema::timestamp(), "From this time on."},
                        {"until", schema::timestamp(), "Before this time."},
                        sort_by_time()}),
        .answers = {{200, "A page.", page_shape(activity_shape(), "ActivityPage")}}},
       list},
      {{.id = "show_activity",
        .method = verb::get,
        .path = all + "/{activity_id}",
        .tag = "Activity",
        .summary = "One entry.",
        .allowed = administering,
        .answers = {{200, "The entry.", activity_shape()}}},
       show},
      {{.id = "list_my_activity",
        .method = verb::get,
        .path = "/api/v1/me/activity",
        .tag = "Account",
        .summary = "What happened to your account: sign-ins, sign-outs, ended sessions.",
        .query = paged(),
        .answers = {{200, "A page, newest first.", page_shape(own_shape(), "OwnActivityPage")}}},
       list_own},
      {{.id = "show_activity_head",
        .method = verb::get,
        .path = all + "/head",
        .tag = "Activity",
        .summary = "Where the hash chain ends: whoever keeps it can tell later that nothing was changed.",
        .allowed = administering,
        .answers = {{200, "The last entry that is chained.", head_shape()}}},
       show_head},
      {{.id = "export_activity",
        .method = verb::get,
        .path = all + "/export",
        .tag = "Activity",
        .summary =
            "The hash chain as JSON Lines, for sellavie verify-audit; pages follow one another until one is empty.",
        .allowed = administering,
        .query = {{"after", schema::integer(0), "The position of the last entry of the page before."},
                  {"limit", schema::integer(1, most_exported), "Entries a page; 1000 without it."}},
        .answers = {{200, "One entry a line, in the order of the chain.",
                     schema::text({0, longest_export, api::text_format::lines}).example(example_line),
                     "application/x-ndjson"}}},
       export_lines}};
}

}  // namespace sellavie::net
