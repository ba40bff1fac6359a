#include "net/api/resources/connect_flows.hpp"

#include <algorithm>

#include "net/api/resources/connect_steps.hpp"
#include "net/api/shapes.hpp"
#include "net/api/tokens.hpp"
#include "storage/api/connect_flows.hpp"

namespace sellavie::net {
namespace connect_flows_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;
using storage::connect_flow;
using storage::connect_flow_id;

/// For all calls of one request.
constexpr auto whole_deadline = std::chrono::seconds{20};
constexpr std::size_t most_chosen = 20;

// --- shapes --------------------------------------------------------------------------------------

schema pin_text() {
  return schema::text({6, 6, api::text_format::token})
      .example("246813")
      .described(
          "Two-step PIN of a WhatsApp number. Without one a new one is set, which WhatsApp Manager can reset.");
}
schema state_text() {
  return schema::text({1, 200, api::text_format::token})
      .example("q9uVbM3Yw0c5o1mJx8T2n7RkZ4sLd6Hf")
      .described("As `begin_connect_flow` gave it.");
}

schema found_shape() {
  return schema::object({{"channel", channel_word()},
                         {"login", login_word()},
                         {"external_id", meta_id_text()},
                         {"name", schema::text({0, 200}).example("Ngozi Prints")},
                         {"needs_registration", schema::boolean()}})
      .named("ConnectableAccount");
}

schema flow_shape() {
  return schema::object(
             {{"id", schema::uuid()},
              {"kind", schema::word({"facebook", "instagram", "whatsapp"})},
              {"stage",
               schema::word({"begun", "exchanging", "choosing", "connected", "failed"}).example("choosing")},
              {"found", schema::list(found_shape(), 200).described("While `choosing`.")},
              {"connections", schema::list(schema::uuid(), most_chosen)
                                  .example(json::array())
                                  .described("When `connected`.")},
              {"problem",
               schema::text({0, 100}).example(nullptr).or_null().described("Of `failed`: a problem's type.")},
              {"expires_at", schema::timestamp()}})
      .named("ConnectFlow");
}

schema begun_shape() {
  const auto text = schema::text({0, 4000}).or_null();
  return schema::object(
             {{"id", schema::uuid()},
              {"kind", schema::word({"facebook", "instagram", "whatsapp"})},
              {"state", state_text()},
              {"authorisation_url",
               text.example("https://www.facebook.com/v25.0/dialog/oauth?client_id=1000000000000001")
                   .described("Where the browser goes; null for WhatsApp.")},
              {"app_id", schema::text({1, 100}).example("1000000000000001")},
              {"config_id", text.example(nullptr).described("For the dialog of WhatsApp's Embedded Signup.")},
              {"graph_version", schema::text({1, 20}).example("v25.0")},
              {"expires_at", schema::timestamp()}})
      .named("BegunConnectFlow");
}

json shown(const connect_flow& flow) {
  const auto list = json::parse(flow.found, nullptr, false);
  const bool is_connected = flow.stage == "connected";
  const json nothing = json::array();
  return {{"id", to_string(flow.id)},
          {"kind", connect::to_string(flow.kind)},
          {"stage", flow.stage},
          {"found", is_connected || !list.is_array() ? nothing : list},
          {"connections", is_connected && list.is_array() ? list : nothing},
          {"problem", flow.problem.empty() ? json(nullptr) : json("/problems/" + flow.problem)},
          {"expires_at", api::timestamp(to_unix_ms(flow.expires_at))}};
}

// --- handlers ------------------------------------------------------------------------------------

api_outcome begin(workplace& place, api_call& call) {
  const auto kind = *connect::parse_flow_kind(call.body["kind"].get<std::string>());
  const auto app = registration_of(*place.with.settings);
  if (!connect::is_ready(app, kind))
    return problem{problems::connect_unavailable,
                   "The operator of this server has to set up the app at Meta first (section [meta] of the "
                   "configuration)."};
  const auto state = make_secret_token(place.with);
  storage::new_connect_flow wanted;
  wanted.id = place.with.ids->next_as<connect_flow_id>();
  wanted.kind = kind;
  wanted.state_hash = state.hash;
  wanted.expires_at = call.now + flow_life;
  if (const auto given = call.body.find("connection_id"); given != call.body.end())
    wanted.reconnects = connection_id{*parse_uuid(given->get<std::string>())};
  const auto begun = storage::begin_connect_flow(place.store, call.by.business, origin_of(call), wanted);
  if (!begun) return api::problem_of(begun.error());
  if (begun.value() == storage::flow_begin::too_many)
    return problem{.kind = problems::too_many, .retry_after = 60};
  if (begun.value() == storage::flow_begin::no_such_connection)
    return problem{problems::invalid, {}, {{"/connection_id", "is no connection of this business"}}};
  const bool is_instagram = kind == connect::flow_kind::instagram;
  const auto url = connect::authorisation_url(app, kind, state.text);
  return api_answer{
      201,
      {{"id", to_string(wanted.id)},
       {"kind", connect::to_string(kind)},
       {"state", state.text},
       {"authorisation_url", url.empty() ? json(nullptr) : json(url)},
       {"app_id", is_instagram ? app.instagram_app_id : app.app_id},
       {"config_id", kind == connect::flow_kind::whatsapp ? json(app.whatsapp_config_id) : json(nullptr)},
       {"graph_version", app.version},
       {"expires_at", api::timestamp(to_unix_ms(wanted.expires_at))}}};
}

api_outcome read(workplace& place, api_call& call) {
  return answer_with(storage::find_connect_flow(place.store, call.by.business, origin_of(call),
                                                call.id<connect_flow_id>("connect_flow_id")),
                     [](const auto& flow) -> api_outcome {
                       if (!flow) return problem{problems::not_found};
                       return api_answer{200, shown(*flow)};
                     });
}

std::variant<connect_flow, problem> claim(workplace& place, const api_call& call) {
  const auto claimed = storage::claim_connect_flow(
      place.store, call.by.business, origin_of(call), call.id<connect_flow_id>("connect_flow_id"),
      crypto::sha256(call.body["state"].get_ref<const std::string&>()));
  if (!claimed) return api::problem_of(claimed.error());
  if (auto why = not_claimed(claimed.value().outcome)) return *std::move(why);
  return claimed.value().flow;
}

api_outcome cancel(workplace& place, api_call& call) {
  auto claimed = claim(place, call);
  if (auto* why = std::get_if<problem>(&claimed)) return *why;
  auto& flow = std::get<connect_flow>(claimed);
  const auto why = fail_flow(place, call, flow, {problems::connect_denied});
  if (why.kind.status >= 500) return why;
  flow.stage = "failed";
  flow.problem = why.kind.name;
  return api_answer{200, shown(flow)};
}

std::string text_or_nothing(const api_call& call, const char* name) {
  const auto found = call.body.find(name);
  return found == call.body.end() ? std::string{} : found->get<std::string>();
}

/// Instagram appends "#_" to its codes.
std::string code_of(const api_call& call) {
  auto code = call.body["code"].get<std::string>();
  constexpr std::string_view appended = "#_";
  if (code.ends_with(appended)) code.resize(code.size() - appended.size());
  return code;
}

api_outcome finish(workplace& place, api_call& call) {
  auto claimed = claim(place, call);
  if (auto* why = std::get_if<problem>(&claimed)) return *why;
  auto& flow = std::get<connect_flow>(claimed);
  outside_line line{place.with.outside, whole_deadline};
  platform meta{registration_of(*place.with.settings), line};
  login done;
  done.kind = flow.kind;
  done.code = code_of(call);
  done.business_account = text_or_nothing(call, "waba_id");
  done.phone_number = text_or_nothing(call, "phone_number_id");
  done.now = call.now;
  auto found = find_accounts(meta, done);
  if (auto* why = std::get_if<problem>(&found)) return fail_flow(place, call, flow, std::move(*why));
  auto wanted = only_the_wanted(place, call, flow, std::get<confirmed_accounts>(std::move(found)));
  if (auto* why = std::get_if<problem>(&wanted)) return fail_flow(place, call, flow, std::move(*why));
  const auto& accounts = std::get<confirmed_accounts>(wanted);
  auto why = accounts.size() == 1 ? connect_chosen(place, call, meta, flow, accounts, accounts)
                                  : offer_choice(place, call, flow, accounts);
  if (why) return *std::move(why);
  return api_answer{200, shown(flow)};
}

std::optional<confirmed_accounts> chosen_of(const confirmed_accounts& offered, const json& wishes) {
  confirmed_accounts chosen;
  for (const json& wish : wishes) {
    const auto channel = parse_channel(wish["channel"].get<std::string>());
    const auto external_id = wish["external_id"].get<std::string>();
    const auto is_it = [&](const confirmed_account& one) {
      return one.channel == channel && one.external_id == external_id;
    };
    const auto found = std::find_if(offered.begin(), offered.end(), is_it);
    if (found == offered.end()) return std::nullopt;
    if (std::none_of(chosen.begin(), chosen.end(), is_it)) chosen.push_back(*found);
  }
  return chosen;
}

api_outcome choose(workplace& place, api_call& call) {
  const auto claimed = storage::claim_connect_choice(place.store, call.by.business, origin_of(call),
                                                     call.id<connect_flow_id>("connect_flow_id"));
  if (!claimed) return api::problem_of(claimed.error());
  if (auto why = not_claimed(claimed.value().outcome)) return *std::move(why);
  auto flow = claimed.value().flow;
  const auto opened = place.with.secrets->decrypt(flow.sealed);
  if (!opened) return api::problem_of(opened.error());
  const auto offered = read_accounts(opened.value().plaintext);
  const auto chosen = chosen_of(offered, call.body["accounts"]);
  if (!chosen) {
    if (auto why = offer_choice(place, call, flow, offered)) return *std::move(why);
    return problem{problems::invalid, {}, {{"/accounts", "must name accounts that were found"}}};
  }
  outside_line line{place.with.outside, whole_deadline};
  platform meta{registration_of(*place.with.settings), line};
  if (auto why = connect_chosen(place, call, meta, flow, *chosen, offered)) return *std::move(why);
  return api_answer{200, shown(flow)};
}

}  // namespace
}  // namespace connect_flows_resource

std::vector<api_endpoint> connect_flow_endpoints() {
  using namespace connect_flows_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::presence;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/connect-flows";
  const std::string one = all + "/{connect_flow_id}";
  const access connecting{audience::member, permission::connect};
  const auto choice = schema::object({{"channel", channel_word()}, {"external_id", meta_id_text()}});
  return {
      {{.id = "begin_connect_flow",
        .method = verb::post,
        .path = all,
        .tag = "Connections",
        .summary = "Begins a login at Meta, which this session has to finish within ten minutes.",
        .allowed = connecting,
        .body = schema::object(
            {{"kind", schema::word({"facebook", "instagram", "whatsapp"})},
             {"connection_id", schema::uuid().described("To renew this connection, and no other."),
              presence::optional}}),
        .answers = {{201, "Where to log in.", begun_shape()}},
        .problems = {409}},
       begin},
      {{.id = "read_connect_flow",
        .method = verb::get,
        .path = one,
        .tag = "Connections",
        .summary = "A login that this session began.",
        .allowed = connecting,
        .answers = {{200, "The login.", flow_shape()}}},
       read},
      {{.id = "finish_connect_flow",
        .method = verb::post,
        .path = one + "/finish",
        .tag = "Connections",
        .summary = "Takes the code of a login: connects the account, or lists the accounts to choose from.",
        .allowed = connecting,
        .body = schema::object({{"state", state_text()},
                                {"code", schema::text({1, 2000, api::text_format::token})},
                                {"waba_id", meta_id_text(), presence::optional},
                                {"phone_number_id", meta_id_text(), presence::optional},
                                {"pin", pin_text(), presence::optional}}),
        .answers = {{200, "Connected, or what to choose from.", flow_shape()}},
        .problems = {409, 502, 504}},
       finish,
       api_pool::outbound},
      {{.id = "choose_connect_accounts",
        .method = verb::post,
        .path = one + "/choose",
        .tag = "Connections",
        .summary = "Connects some of the accounts that a login opened: all of them or none.",
        .allowed = connecting,
        .body = schema::object(
            {{"accounts", schema::list(choice, most_chosen, 1)}, {"pin", pin_text(), presence::optional}}),
        .answers = {{200, "Connected.", flow_shape()}},
        .problems = {409, 502, 504}},
       choose,
       api_pool::outbound},
      {{.id = "cancel_connect_flow",
        .method = verb::post,
        .path = one + "/cancel",
        .tag = "Connections",
        .summary = "Ends a login that the person cancelled at Meta, or that failed there.",
        .allowed = connecting,
        .body = schema::object({{"state", state_text()}}),
        .answers = {{200, "It has ended.", flow_shape()}},
        .problems = {409}},
       cancel},
  };
}

}  // namespace sellavie::net
